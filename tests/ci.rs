//! The recipes for pipelines: `init --ci` writes them as they stand, and none lets a failure pass.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;

use support::{golive, repository, run};

/// Which recipe `init --ci` writes where.
const RECIPES: [(&str, &str, &str); 3] = [
    ("github", "github.yml", ".github/workflows/golive.yml"),
    ("gitlab", "gitlab.yml", ".gitlab/golive.yml"),
    ("jenkins", "Jenkinsfile", "Jenkinsfile.golive"),
];

/// Every file that a pipeline follows.
const FOLLOWED: [&str; 9] = [
    "action.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".pre-commit-hooks.yaml",
    "examples/ci/github.yml",
    "examples/ci/gitlab.yml",
    "examples/ci/Jenkinsfile",
    "examples/ci/Dockerfile",
    "examples/ci/pre-commit-config.yaml",
];

fn read(file: &str) -> String {
    fs::read_to_string(repository().join(file)).unwrap()
}

#[test]
fn init_writes_each_recipe_as_it_stands_and_replaces_none() {
    for (name, example, written) in RECIPES {
        let folder = tempfile::tempdir().unwrap();
        let ran = run(golive(folder.path()).args(["init", "--ci", name]));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let path = folder.path().join(written);
        assert!(ran.stdout.contains(written), "{}", ran.stdout);
        assert_eq!(fs::read_to_string(&path).unwrap(), read(&format!("examples/ci/{example}")));
        assert!(!folder.path().join("golive.toml").exists(), "--ci writes the pipeline alone");
        fs::write(&path, "# mine").unwrap();
        let again = run(golive(folder.path()).args(["init", "--ci", name]));
        assert_eq!(again.code, 2);
        assert!(again.stderr.contains("is there already"), "{}", again.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), "# mine");
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }
}

#[test]
fn no_recipe_lets_a_failure_pass() {
    let swallows = [
        "|| true",
        "||true",
        "|| :",
        "|| echo",
        "|| exit 0",
        "exit 0",
        "; true",
        "set +e",
        "continue-on-error",
        "allow_failure",
        "returnStatus",
        "catchError",
        "warnError",
        "ignore_errors",
        "PIPESTATUS",
        "--exit-zero",
    ];
    for file in FOLLOWED {
        let text = read(file);
        for word in swallows {
            assert!(!text.contains(word), "{file} holds `{word}`");
        }
        // In a pipe only the last exit code counts.
        for line in text.lines().filter(|line| line.contains("golive check")) {
            assert!(!line.replace("||", "").contains('|'), "{file} pipes golive away: {line}");
        }
    }
}

#[test]
fn every_recipe_that_checks_keeps_the_reports_of_a_failure() {
    let kept = [
        ("action.yml", "if: always()"),
        ("examples/ci/gitlab.yml", "when: always"),
        ("examples/ci/Jenkinsfile", "always {"),
    ];
    for (file, words) in kept {
        assert!(read(file).contains(words), "{file}");
    }
    // An action's steps after a failed one run only where they say so.
    let action = read("action.yml");
    let after = action.split_once("name: Check").unwrap().1;
    let steps: Vec<&str> = after.split("    - name: ").skip(1).collect();
    assert_eq!(steps.len(), 3);
    for step in steps {
        assert!(step.contains("if: always()"), "{step}");
    }
}

#[test]
fn the_action_puts_no_input_into_a_script() {
    let action = read("action.yml");
    for script in action.split("run: |").skip(1) {
        let script = script.split("\n\n").next().unwrap();
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_page_says_which_recipe_to_take() {
    let page = read("examples/ci/README.md");
    for file in FOLLOWED.iter().filter_map(|file| file.strip_prefix("examples/ci/")) {
        assert!(page.contains(&format!("]({file})")), "{file} is not named");
    }
    for (name, ..) in RECIPES {
        assert!(page.contains(&format!("golive init --ci {name}")), "{name}");
    }
}

#[test]
fn the_container_is_nobodys_root_and_has_no_shell() {
    let file = read("examples/ci/Dockerfile");
    let last = file.rsplit("\nFROM ").next().unwrap();
    assert!(last.starts_with("gcr.io/distroless/") && last.contains("USER nonroot"), "{last}");
    assert!(!last.contains("RUN "), "{last}");
    assert!(file.contains("AWS_LC_SYS_NO_JITTER_ENTROPY=1"));
}

#[test]
fn releases_carry_what_the_action_asks_for() {
    let (action, release) = (read("action.yml"), read(".github/workflows/release.yml"));
    let targets: Vec<&str> = action
        .lines()
        .filter_map(|line| line.trim().split_once(") target=")?.1.strip_suffix(" ;;"))
        .collect();
    assert_eq!(targets.len(), 5);
    for target in targets {
        assert!(release.contains(&format!("target: {target},")), "{target} is not released");
    }
    assert!(
        action.contains("golive-$VERSION-$target.tar.gz")
            && release.contains("golive-${GITHUB_REF_NAME#v}-$TARGET.tar.gz")
    );
    assert!(action.contains("SHA256SUMS") && release.contains("SHA256SUMS"));
}
