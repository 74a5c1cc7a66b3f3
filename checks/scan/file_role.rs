//! What a file is for, as far as its path tells.

use crate::model::{FilePlace, FolderKind};

/// Folders of other people's code.
const VENDORED: [&str; 19] = [
    "node_modules",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "bower_components",
    "jspm_packages",
    "site-packages",
    "venv",
    ".venv",
    "virtualenv",
    "pods",
    ".gradle",
    ".m2",
    ".cargo",
    ".pub-cache",
    ".dart_tool",
    ".yarn",
    ".pnpm-store",
];

/// Folders of tests and what they need.
const TESTS: [&str; 26] = [
    "test",
    "tests",
    "testing",
    "__tests__",
    "__test__",
    "spec",
    "specs",
    "__specs__",
    "fixture",
    "fixtures",
    "__fixtures__",
    "testdata",
    "test-data",
    "test_data",
    "mock",
    "mocks",
    "__mocks__",
    "__snapshots__",
    "stubs",
    "e2e",
    "cypress",
    "playwright",
    "integration-tests",
    "androidtest",
    "integration_test",
    "factories",
];

/// Folders of documentation.
const DOCUMENTATION: [&str; 7] =
    ["doc", "docs", "documentation", "wiki", "man", "manual", "javadoc"];

/// Folders of examples.
const EXAMPLES: [&str; 10] = [
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "playground",
    "templates-examples",
    "stories",
    "tutorial",
];

/// Folders of what a pipeline runs.
const PIPELINES: [&str; 7] =
    [".github", ".gitlab", ".circleci", ".buildkite", ".azure-pipelines", ".woodpecker", ".drone"];

/// Files that a package manager writes.
const LOCKS: [&str; 20] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "gemfile.lock",
    "poetry.lock",
    "pipfile.lock",
    "pdm.lock",
    "uv.lock",
    "cargo.lock",
    "pubspec.lock",
    "podfile.lock",
    "go.sum",
    "packages.lock.json",
    "gradle.lockfile",
    "mix.lock",
    "flake.lock",
];

/// Files that a pipeline runs.
const PIPELINE_FILES: [&str; 10] = [
    ".gitlab-ci.yml",
    ".gitlab-ci.yaml",
    "jenkinsfile",
    ".travis.yml",
    "azure-pipelines.yml",
    "azure-pipelines.yaml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
];

/// Words of a name that say production.
const PRODUCTION: [&str; 4] = ["production", "prod", "live", "prd"];

/// Words of a name that say another environment.
const OTHER_ENVIRONMENTS: [&str; 20] = [
    "test",
    "testing",
    "sandbox",
    "staging",
    "stage",
    "stg",
    "uat",
    "qa",
    "dev",
    "devel",
    "develop",
    "development",
    "local",
    "ci",
    "preview",
    "review",
    "demo",
    "preprod",
    "nonprod",
    "e2e",
];

/// Words of a name that say example.
const EXAMPLE_WORDS: [&str; 7] =
    ["example", "examples", "sample", "dist", "template", "tmpl", "tpl"];

/// Folders, and beginnings of names, of what editors and test runners are set up with.
const WORKBENCH: [&str; 4] = [".vscode", ".idea", ".devcontainer", ".fleet"];
const RUNNERS: [&str; 9] = [
    "jest.",
    "jest-",
    "vitest.",
    "karma.",
    "cypress.",
    "playwright.",
    "phpunit.",
    "setuptests.",
    "codeception.",
];

/// Folders and names of code that each environment has its own file of: `settings/dev.py`,
/// `environment.dev.ts`, `main_dev.dart`.
const BY_ENVIRONMENT: [&str; 8] =
    ["config", "conf", "settings", "environments", "environment", "env", "appsettings", "main"];

/// Extensions of configuration. JSON and XML hold much else: they are configuration where the name
/// says so.
const CONFIG_EXTENSIONS: [&str; 16] = [
    "env",
    "yml",
    "yaml",
    "toml",
    "ini",
    "conf",
    "cnf",
    "cfg",
    "config",
    "properties",
    "tfvars",
    "tf",
    "hcl",
    "plist",
    "xcconfig",
    "envrc",
];

/// Extensions of documentation.
const DOCUMENTATION_EXTENSIONS: [&str; 10] =
    ["md", "mdx", "markdown", "rst", "adoc", "asciidoc", "textile", "org", "pdf", "ipynb"];

/// Names, without extension, of files for people.
const FOR_PEOPLE: [&str; 12] = [
    "readme",
    "changelog",
    "changes",
    "history",
    "license",
    "licence",
    "contributing",
    "security",
    "notice",
    "authors",
    "todo",
    "faq",
];

/// What a file is for. `path` is the path from the folder that is searched, with `/` between its
/// parts.
#[must_use]
pub fn place(path: &str, kind: FolderKind) -> FilePlace {
    let names_tests =
        path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(is_test_project));
    let path = path.to_ascii_lowercase().replace('\\', "/");
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let within = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    if kind == FolderKind::Public {
        return FilePlace::Public;
    }
    if within(&VENDORED) {
        return FilePlace::Vendored;
    }
    if LOCKS.contains(&name) {
        return FilePlace::Lock;
    }
    if within(&TESTS) || names_tests || is_test(name) {
        return FilePlace::Test;
    }
    if within(&WORKBENCH) || name == "launchsettings.json" {
        return FilePlace::OtherEnvironment;
    }
    if within(&EXAMPLES) {
        return FilePlace::Example;
    }
    if is_env_file(name) {
        // Unlike `config/default.json`, which every environment has.
        if name.contains("default") {
            return FilePlace::Example;
        }
        return environment(name).unwrap_or(FilePlace::Config);
    }
    if within(&DOCUMENTATION) || is_documentation(name) {
        return FilePlace::Documentation;
    }
    if within(&PIPELINES) || PIPELINE_FILES.contains(&name) {
        return FilePlace::Pipeline;
    }
    if is_config(folders, name) {
        return environment(name)
            .or_else(|| folders.rsplit('/').find_map(environment_of_folder))
            .unwrap_or(FilePlace::Config);
    }
    // `settings.example.php`, `config.sample.js`: made to be copied.
    let mut words = name.split('.').skip(1);
    if words.any(|word| matches!(word, "example" | "sample" | "dist" | "template" | "tmpl")) {
        return FilePlace::Example;
    }
    if is_of_another_environment(folders, name) {
        FilePlace::OtherEnvironment
    } else {
        FilePlace::Code
    }
}

/// Whether code is that of another environment: `settings/dev.py`, `environment.dev.ts`,
/// `src/debug/java/Url.java`.
fn is_of_another_environment(folders: &str, name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let folder = folders.rsplit('/').next().unwrap_or_default();
    let separators = ['.', '_', '-'];
    let environment = stem.rsplit(separators).next().unwrap_or_default();
    let first = stem.split(separators).next().unwrap_or_default();
    let named = OTHER_ENVIRONMENTS.contains(&environment);
    named
        && (BY_ENVIRONMENT.contains(&first)
            || stem == environment && BY_ENVIRONMENT.contains(&folder))
        || format!("/{folders}/").contains("/src/debug/")
}

/// Whether a folder is a project of tests, as `Shop.Tests` or `ShopTests`.
fn is_test_project(folder: &str) -> bool {
    [".Tests", ".Test", ".tests", "_tests", "-tests", "UnitTests", "IntegrationTests"]
        .iter()
        .any(|end| folder.ends_with(end))
        || folder.strip_suffix("Tests").is_some_and(|shop| {
            shop.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// Whether the name is that of a file with environment variables: `.env`, `.env.production`,
/// `prod.env`, `.envrc`, `env.production`.
#[must_use]
pub fn is_env_file(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let code = [
        "js", "ts", "cjs", "mjs", "py", "rb", "go", "php", "java", "dart", "d", "rs", "cs", "sh",
        "html", "css", "vue", "map", "md",
    ];
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let named = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_']);
    name.strip_prefix(".env").is_some_and(|rest| named(rest) || rest == "rc")
        && !code.contains(&extension)
        || name.ends_with(".env")
        || name.strip_prefix("env.").is_some_and(|rest| environment(rest).is_some())
}

/// The environment that the words of a name speak of. An example of any environment is an example.
fn environment(name: &str) -> Option<FilePlace> {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    if words().any(|word| EXAMPLE_WORDS.contains(&word)) {
        Some(FilePlace::Example)
    } else if words().any(|word| OTHER_ENVIRONMENTS.contains(&word)) {
        Some(FilePlace::OtherEnvironment)
    } else if words().any(|word| PRODUCTION.contains(&word)) {
        Some(FilePlace::Production)
    } else {
        None
    }
}

/// The environment that a folder is named for: `environments/production/main.tf`.
fn environment_of_folder(folder: &str) -> Option<FilePlace> {
    if OTHER_ENVIRONMENTS.contains(&folder) {
        Some(FilePlace::OtherEnvironment)
    } else if PRODUCTION.contains(&folder) {
        Some(FilePlace::Production)
    } else {
        None
    }
}

/// `order_test.go`, `order.spec.ts`, `test_order.py`, `OrderTest.php`, the last in lower case
/// already.
fn is_test(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let source = [
        "js", "ts", "jsx", "tsx", "mjs", "cjs", "py", "go", "rb", "php", "java", "kt", "cs",
        "dart", "rs", "swift", "exs", "scala",
    ];
    source.contains(&extension)
        && (stem.ends_with(".test")
            || stem.ends_with(".spec")
            || stem.ends_with("_test")
            || stem.ends_with("_spec")
            || stem.ends_with("-test")
            || stem.ends_with(".cy")
            || stem.ends_with(".stories")
            || stem.starts_with("test_")
            || stem == "conftest"
            || matches!(extension, "java" | "kt" | "php" | "cs" | "scala" | "swift")
                && (stem.ends_with("test")
                    || stem.ends_with("tests")
                    || stem.ends_with("testcase"))
                && !stem.ends_with("latest")
                && !stem.ends_with("contest"))
        || name.ends_with(".snap")
        || RUNNERS.iter().any(|runner| name.starts_with(runner))
}

fn is_documentation(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let for_people = FOR_PEOPLE.contains(&stem) && matches!(extension, "" | "txt" | "html");
    let described = ["openapi", "swagger"].iter().any(|word| stem.contains(word))
        && matches!(extension, "json" | "yml" | "yaml");
    for_people
        || described
        || DOCUMENTATION_EXTENSIONS.contains(&extension)
        || name.ends_with("postman_collection.json")
}

fn is_config(folders: &str, name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let said =
        ["config", "settings", "appsettings", "application", "secrets", "credentials", "web"];
    let in_config = folders
        .rsplit('/')
        .next()
        .is_some_and(|folder| matches!(folder, "config" | "conf" | "settings" | "environments"));
    CONFIG_EXTENSIONS.contains(&extension)
        || name.starts_with("dockerfile")
        || name.ends_with(".dockerfile")
        || matches!(extension, "json" | "json5" | "xml")
            && (in_config || stem.split(['.', '-', '_']).any(|word| said.contains(&word)))
        || matches!(
            name,
            "procfile"
                | "makefile"
                | "vagrantfile"
                | "containerfile"
                | ".npmrc"
                | ".htaccess"
                | "crontab"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_file_is_for() {
        for (path, expected) in [
            ("src/payments/client.ts", FilePlace::Code),
            ("app/Services/KwikPaisa.php", FilePlace::Code),
            ("index.php", FilePlace::Code),
            ("contest.php", FilePlace::Code),
            ("src/latest.java", FilePlace::Code),
            ("bin/deploy", FilePlace::Code),
            ("scripts/pay.sh", FilePlace::Code),
            ("src/environment.ts", FilePlace::Code),
            ("website/src/k.js", FilePlace::Code),
            ("config/default.json", FilePlace::Config),
            ("nginx/default.conf", FilePlace::Config),
            ("config/default.js", FilePlace::Code),
            ("src/main.ts", FilePlace::Code),
            ("contests/a.cs", FilePlace::Code),
            ("src/device_main.c", FilePlace::Code),
            ("src/environments/environment.prod.ts", FilePlace::Code),
            ("config/environments/production.rb", FilePlace::Code),
            ("shop/settings/dev.py", FilePlace::OtherEnvironment),
            ("shop/settings/local.py", FilePlace::OtherEnvironment),
            ("config/environments/development.rb", FilePlace::OtherEnvironment),
            ("config/development.js", FilePlace::OtherEnvironment),
            ("src/environments/environment.dev.ts", FilePlace::OtherEnvironment),
            ("lib/main_dev.dart", FilePlace::OtherEnvironment),
            ("android/app/src/debug/java/Url.java", FilePlace::OtherEnvironment),
            (".vscode/launch.json", FilePlace::OtherEnvironment),
            ("Properties/launchSettings.json", FilePlace::OtherEnvironment),
            (".devcontainer/compose.yml", FilePlace::OtherEnvironment),
            ("phpunit.xml", FilePlace::Test),
            ("jest.setup.js", FilePlace::Test),
            ("ShopTests/Hook.cs", FilePlace::Test),
            ("src/shop.Tests/Hook.cs", FilePlace::Test),
            ("env.js", FilePlace::Code),
            (".env.production.ts", FilePlace::Code),
            ("package.json", FilePlace::Code),
            ("composer.json", FilePlace::Code),
            (".env", FilePlace::Config),
            ("deploy/.env", FilePlace::Config),
            (".env.production", FilePlace::Production),
            (".env.prod", FilePlace::Production),
            (".env.live", FilePlace::Production),
            (".env.production.local", FilePlace::OtherEnvironment),
            ("env.production", FilePlace::Production),
            ("prod.env", FilePlace::Production),
            ("docker/production.env", FilePlace::Production),
            ("config/production.yml", FilePlace::Production),
            ("config/production.json", FilePlace::Production),
            ("src/main/resources/application-prod.yml", FilePlace::Production),
            ("src/main/resources/application-prod.properties", FilePlace::Production),
            ("appsettings.Production.json", FilePlace::Production),
            ("helm/values-prod.yaml", FilePlace::Production),
            ("terraform/production/main.tf", FilePlace::Production),
            ("k8s/prod/deployment.yaml", FilePlace::Production),
            (".env.test", FilePlace::OtherEnvironment),
            (".env.sandbox", FilePlace::OtherEnvironment),
            (".env.staging", FilePlace::OtherEnvironment),
            (".env.development", FilePlace::OtherEnvironment),
            (".env.local", FilePlace::OtherEnvironment),
            ("config/staging.yml", FilePlace::OtherEnvironment),
            ("application-dev.yml", FilePlace::OtherEnvironment),
            ("appsettings.Development.json", FilePlace::OtherEnvironment),
            ("docker-compose.dev.yml", FilePlace::OtherEnvironment),
            ("k8s/staging/secret.yaml", FilePlace::OtherEnvironment),
            ("application.yml", FilePlace::Config),
            ("docker-compose.yml", FilePlace::Config),
            ("Dockerfile", FilePlace::Config),
            ("Dockerfile.worker", FilePlace::Config),
            ("golive.toml", FilePlace::Config),
            ("k8s/secret.yaml", FilePlace::Config),
            ("terraform.tfvars", FilePlace::Config),
            ("config/settings.json", FilePlace::Config),
            ("web.config", FilePlace::Config),
            ("appsettings.json", FilePlace::Config),
            (".github/workflows/deploy.yml", FilePlace::Pipeline),
            (".gitlab-ci.yml", FilePlace::Pipeline),
            ("Jenkinsfile", FilePlace::Pipeline),
            (".circleci/config.yml", FilePlace::Pipeline),
            (".env.example", FilePlace::Example),
            (".env.production.example", FilePlace::Example),
            (".env.sample", FilePlace::Example),
            (".env.dist", FilePlace::Example),
            ("config.example.php", FilePlace::Example),
            ("config/settings.sample.json", FilePlace::Example),
            ("examples/pay.js", FilePlace::Example),
            ("demo/index.html", FilePlace::Example),
            ("tests/pay.php", FilePlace::Test),
            ("spec/pay_spec.rb", FilePlace::Test),
            ("src/pay.test.ts", FilePlace::Test),
            ("src/pay.spec.js", FilePlace::Test),
            ("pay_test.go", FilePlace::Test),
            ("test_pay.py", FilePlace::Test),
            ("conftest.py", FilePlace::Test),
            ("src/PayTest.java", FilePlace::Test),
            ("PayTests.cs", FilePlace::Test),
            ("src/__fixtures__/order.json", FilePlace::Test),
            ("cypress/e2e/pay.cy.js", FilePlace::Test),
            ("tests/.env", FilePlace::Test),
            ("README.md", FilePlace::Documentation),
            ("docs/kwikpaisa.html", FilePlace::Documentation),
            ("CHANGELOG", FilePlace::Documentation),
            ("KwikPaisa.postman_collection.json", FilePlace::Documentation),
            ("openapi.yaml", FilePlace::Documentation),
            ("package-lock.json", FilePlace::Lock),
            ("composer.lock", FilePlace::Lock),
            ("pubspec.lock", FilePlace::Lock),
            ("node_modules/kwik/index.js", FilePlace::Vendored),
            ("vendor/jangras/kwikpaisa/src/Client.php", FilePlace::Vendored),
            ("api/node_modules/x/.env", FilePlace::Vendored),
            ("venv/lib/x.py", FilePlace::Vendored),
        ] {
            assert_eq!(place(path, FolderKind::Root), expected, "{path}");
        }
    }

    #[test]
    fn all_that_is_public_is_public() {
        for path in ["main.js", "node_modules/x.js", "tests/x.js", ".env", "docs/a.md"] {
            assert_eq!(place(path, FolderKind::Public), FilePlace::Public, "{path}");
        }
    }

    #[test]
    fn knows_files_with_variables() {
        for name in [
            ".env",
            ".env.production",
            ".ENV.local",
            ".envrc",
            "prod.env",
            "env.production",
            ".env-prod",
            ".env_live",
        ] {
            assert!(is_env_file(name), "{name}");
        }
        for name in [
            ".environment",
            "env.js",
            ".env.ts",
            "env.d.ts",
            "envoy.yaml",
            "env.rs",
            "environment.prod.ts",
            "env",
        ] {
            assert!(!is_env_file(name), "{name}");
        }
    }
}
