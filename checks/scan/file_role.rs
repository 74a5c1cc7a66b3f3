//! What a file is for, as far as its path tells.

use crate::model::{FileRole, FolderKind};

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
pub fn place(path: &str, kind: FolderKind) -> FileRole {
    let names_tests =
        path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(is_test_project));
    let path = path.to_ascii_lowercase().replace('\\', "/");
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let within = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    if kind == FolderKind::Public {
        return FileRole::Public;
    }
    if within(&VENDORED) {
        return FileRole::Vendored;
    }
    if LOCKS.contains(&name) {
        return FileRole::Lock;
    }
    if within(&TESTS) || names_tests || is_test(name) {
        return FileRole::Test;
    }
    if within(&WORKBENCH) || name == "launchsettings.json" {
        return FileRole::OtherEnvironment;
    }
    if within(&EXAMPLES) {
        return FileRole::Example;
    }
    if is_env_file(name) {
        // Unlike `config/default.json`, which every environment has.
        if name.contains("default") {
            return FileRole::Example;
        }
        return environment(name).unwrap_or(FileRole::Config);
    }
    if within(&DOCUMENTATION) || is_documentation(name) {
        return FileRole::Documentation;
    }
    if within(&PIPELINES) || PIPELINE_FILES.contains(&name) {
        return FileRole::Pipeline;
    }
    if is_config(folders, name) {
        return environment(name)
            .or_else(|| folders.rsplit('/').find_map(environment_of_folder))
            .unwrap_or(FileRole::Config);
    }
    // `settings.example.php`, `config.sample.js`: made to be copied.
    let mut words = name.split('.').skip(1);
    if words.any(|word| matches!(word, "example" | "sample" | "dist" | "template" | "tmpl")) {
        return FileRole::Example;
    }
    if is_of_another_environment(folders, name) {
        FileRole::OtherEnvironment
    } else {
        FileRole::Code
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
fn environment(name: &str) -> Option<FileRole> {
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    if words().any(|word| EXAMPLE_WORDS.contains(&word)) {
        Some(FileRole::Example)
    } else if words().any(|word| OTHER_ENVIRONMENTS.contains(&word)) {
        Some(FileRole::OtherEnvironment)
    } else if words().any(|word| PRODUCTION.contains(&word)) {
        Some(FileRole::Production)
    } else {
        None
    }
}

/// The environment that a folder is named for: `environments/production/main.tf`.
fn environment_of_folder(folder: &str) -> Option<FileRole> {
    if OTHER_ENVIRONMENTS.contains(&folder) {
        Some(FileRole::OtherEnvironment)
    } else if PRODUCTION.contains(&folder) {
        Some(FileRole::Production)
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
            ("src/payments/client.ts", FileRole::Code),
            ("app/Services/KwikPaisa.php", FileRole::Code),
            ("index.php", FileRole::Code),
            ("contest.php", FileRole::Code),
            ("src/latest.java", FileRole::Code),
            ("bin/deploy", FileRole::Code),
            ("scripts/pay.sh", FileRole::Code),
            ("src/environment.ts", FileRole::Code),
            ("website/src/k.js", FileRole::Code),
            ("config/default.json", FileRole::Config),
            ("nginx/default.conf", FileRole::Config),
            ("config/default.js", FileRole::Code),
            ("src/main.ts", FileRole::Code),
            ("contests/a.cs", FileRole::Code),
            ("src/device_main.c", FileRole::Code),
            ("src/environments/environment.prod.ts", FileRole::Code),
            ("config/environments/production.rb", FileRole::Code),
            ("shop/settings/dev.py", FileRole::OtherEnvironment),
            ("shop/settings/local.py", FileRole::OtherEnvironment),
            ("config/environments/development.rb", FileRole::OtherEnvironment),
            ("config/development.js", FileRole::OtherEnvironment),
            ("src/environments/environment.dev.ts", FileRole::OtherEnvironment),
            ("lib/main_dev.dart", FileRole::OtherEnvironment),
            ("android/app/src/debug/java/Url.java", FileRole::OtherEnvironment),
            (".vscode/launch.json", FileRole::OtherEnvironment),
            ("Properties/launchSettings.json", FileRole::OtherEnvironment),
            (".devcontainer/compose.yml", FileRole::OtherEnvironment),
            ("phpunit.xml", FileRole::Test),
            ("jest.setup.js", FileRole::Test),
            ("ShopTests/Hook.cs", FileRole::Test),
            ("src/shop.Tests/Hook.cs", FileRole::Test),
            ("env.js", FileRole::Code),
            (".env.production.ts", FileRole::Code),
            ("package.json", FileRole::Code),
            ("composer.json", FileRole::Code),
            (".env", FileRole::Config),
            ("deploy/.env", FileRole::Config),
            (".env.production", FileRole::Production),
            (".env.prod", FileRole::Production),
            (".env.live", FileRole::Production),
            (".env.production.local", FileRole::OtherEnvironment),
            ("env.production", FileRole::Production),
            ("prod.env", FileRole::Production),
            ("docker/production.env", FileRole::Production),
            ("config/production.yml", FileRole::Production),
            ("config/production.json", FileRole::Production),
            ("src/main/resources/application-prod.yml", FileRole::Production),
            ("src/main/resources/application-prod.properties", FileRole::Production),
            ("appsettings.Production.json", FileRole::Production),
            ("helm/values-prod.yaml", FileRole::Production),
            ("terraform/production/main.tf", FileRole::Production),
            ("k8s/prod/deployment.yaml", FileRole::Production),
            (".env.test", FileRole::OtherEnvironment),
            (".env.sandbox", FileRole::OtherEnvironment),
            (".env.staging", FileRole::OtherEnvironment),
            (".env.development", FileRole::OtherEnvironment),
            (".env.local", FileRole::OtherEnvironment),
            ("config/staging.yml", FileRole::OtherEnvironment),
            ("application-dev.yml", FileRole::OtherEnvironment),
            ("appsettings.Development.json", FileRole::OtherEnvironment),
            ("docker-compose.dev.yml", FileRole::OtherEnvironment),
            ("k8s/staging/secret.yaml", FileRole::OtherEnvironment),
            ("application.yml", FileRole::Config),
            ("docker-compose.yml", FileRole::Config),
            ("Dockerfile", FileRole::Config),
            ("Dockerfile.worker", FileRole::Config),
            ("golive.toml", FileRole::Config),
            ("k8s/secret.yaml", FileRole::Config),
            ("terraform.tfvars", FileRole::Config),
            ("config/settings.json", FileRole::Config),
            ("web.config", FileRole::Config),
            ("appsettings.json", FileRole::Config),
            (".github/workflows/deploy.yml", FileRole::Pipeline),
            (".gitlab-ci.yml", FileRole::Pipeline),
            ("Jenkinsfile", FileRole::Pipeline),
            (".circleci/config.yml", FileRole::Pipeline),
            (".env.example", FileRole::Example),
            (".env.production.example", FileRole::Example),
            (".env.sample", FileRole::Example),
            (".env.dist", FileRole::Example),
            ("config.example.php", FileRole::Example),
            ("config/settings.sample.json", FileRole::Example),
            ("examples/pay.js", FileRole::Example),
            ("demo/index.html", FileRole::Example),
            ("tests/pay.php", FileRole::Test),
            ("spec/pay_spec.rb", FileRole::Test),
            ("src/pay.test.ts", FileRole::Test),
            ("src/pay.spec.js", FileRole::Test),
            ("pay_test.go", FileRole::Test),
            ("test_pay.py", FileRole::Test),
            ("conftest.py", FileRole::Test),
            ("src/PayTest.java", FileRole::Test),
            ("PayTests.cs", FileRole::Test),
            ("src/__fixtures__/order.json", FileRole::Test),
            ("cypress/e2e/pay.cy.js", FileRole::Test),
            ("tests/.env", FileRole::Test),
            ("README.md", FileRole::Documentation),
            ("docs/kwikpaisa.html", FileRole::Documentation),
            ("CHANGELOG", FileRole::Documentation),
            ("KwikPaisa.postman_collection.json", FileRole::Documentation),
            ("openapi.yaml", FileRole::Documentation),
            ("package-lock.json", FileRole::Lock),
            ("composer.lock", FileRole::Lock),
            ("pubspec.lock", FileRole::Lock),
            ("node_modules/kwik/index.js", FileRole::Vendored),
            ("vendor/jangras/kwikpaisa/src/Client.php", FileRole::Vendored),
            ("api/node_modules/x/.env", FileRole::Vendored),
            ("venv/lib/x.py", FileRole::Vendored),
        ] {
            assert_eq!(place(path, FolderKind::Root), expected, "{path}");
        }
    }

    #[test]
    fn all_that_is_public_is_public() {
        for path in ["main.js", "node_modules/x.js", "tests/x.js", ".env", "docs/a.md"] {
            assert_eq!(place(path, FolderKind::Public), FileRole::Public, "{path}");
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
