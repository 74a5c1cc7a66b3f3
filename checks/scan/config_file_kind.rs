//! Files that configuration travels in, by their path: what a secret in one of them ends up in, and
//! where it belongs instead.

use crate::scan::file_role::is_env_file;

/// What a file of configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigFileKind {
    /// Environment variables for a program.
    EnvFile,
    /// How an image is built.
    Image,
    /// How containers are run together.
    Compose,
    /// What a pipeline runs.
    Pipeline,
    /// What a Kubernetes cluster is told.
    Manifest,
    /// Infrastructure, and what became of it.
    Terraform,
}

impl ConfigFileKind {
    /// What to do about a secret in it, one sentence.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::EnvFile => {
                "Take the file out of git (`git rm --cached`), name it in `.gitignore`, `chmod \
                 600` it, and replace the key if others could read it."
            }
            Self::Image => {
                "Hand the key over when the container runs, or to the build alone (`RUN \
                 --mount=type=secret`), and replace it: layers keep what they once held."
            }
            Self::Compose => {
                "Name the variable without its value, or use `env_file:` or `secrets:` with a file \
                 that git does not track, and replace the key."
            }
            Self::Pipeline => {
                "Keep the key among the pipeline's protected secrets, name it from there, and \
                 replace it: the file is in git."
            }
            Self::Manifest => {
                "Seal the manifest (SealedSecret, SOPS) or let an operator fetch the value \
                 (ExternalSecret), and replace the key."
            }
            Self::Terraform => {
                "Read the key from a secret store or a variable of the environment, encrypt the \
                 state, and replace the key."
            }
        }
    }
}

/// What the file is for, where configuration travels in it. `path` is the path from the folder that
/// is searched, with `/` between its parts.
#[must_use]
pub fn kind_of(path: &str) -> Option<ConfigFileKind> {
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let within = |known: &[&str]| folders.split('/').any(|folder| known.contains(&folder));
    let is_yaml = matches!(extension, "yml" | "yaml");
    if is_env_file(name) {
        return Some(ConfigFileKind::EnvFile);
    }
    if name.starts_with("dockerfile")
        || name.starts_with("containerfile")
        || matches!(extension, "dockerfile" | "containerfile")
    {
        return Some(ConfigFileKind::Image);
    }
    if is_yaml
        && (stem.starts_with("docker-compose")
            || stem.starts_with("compose")
            || stem.starts_with("podman-compose"))
    {
        return Some(ConfigFileKind::Compose);
    }
    let pipelines = [
        ".github",
        ".gitlab",
        ".circleci",
        ".buildkite",
        ".azure-pipelines",
        ".woodpecker",
        ".drone",
        ".tekton",
    ];
    let files = [
        ".gitlab-ci",
        ".travis",
        "azure-pipelines",
        "bitbucket-pipelines",
        "appveyor",
        ".drone",
        "cloudbuild",
        "buildspec",
    ];
    if within(&pipelines) || is_yaml && files.contains(&stem) || name.starts_with("jenkinsfile") {
        return Some(ConfigFileKind::Pipeline);
    }
    if matches!(extension, "tf" | "tfvars" | "tfstate")
        || name.ends_with(".tfvars.json")
        || name.ends_with(".tf.json")
        || name.ends_with(".tfstate.backup")
    {
        return Some(ConfigFileKind::Terraform);
    }
    let clusters = [
        "k8s",
        "kubernetes",
        "kube",
        "manifests",
        "kustomize",
        "overlays",
        "helm",
        "charts",
        "argocd",
        "flux",
        "openshift",
    ];
    let named = stem.split(['.', '-', '_']).any(|word| {
        matches!(word, "secret" | "secrets" | "deployment" | "configmap" | "statefulset")
    });
    let charts = matches!(stem.split(['.', '-', '_']).next(), Some("values"));
    if (is_yaml || extension == "json") && within(&clusters) || is_yaml && (named || charts) {
        return Some(ConfigFileKind::Manifest);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_configuration_travels_in() {
        for (path, expected) in [
            (".env", Some(ConfigFileKind::EnvFile)),
            ("deploy/.env.production", Some(ConfigFileKind::EnvFile)),
            ("Dockerfile", Some(ConfigFileKind::Image)),
            ("api/Dockerfile.worker", Some(ConfigFileKind::Image)),
            ("api/worker.dockerfile", Some(ConfigFileKind::Image)),
            ("docker-compose.prod.yml", Some(ConfigFileKind::Compose)),
            ("compose.yaml", Some(ConfigFileKind::Compose)),
            (".github/workflows/deploy.yml", Some(ConfigFileKind::Pipeline)),
            (".gitlab-ci.yml", Some(ConfigFileKind::Pipeline)),
            ("ci/Jenkinsfile", Some(ConfigFileKind::Pipeline)),
            ("k8s/pay.yaml", Some(ConfigFileKind::Manifest)),
            ("deploy/secret.yaml", Some(ConfigFileKind::Manifest)),
            ("chart/values-prod.yaml", Some(ConfigFileKind::Manifest)),
            ("infra/main.tf", Some(ConfigFileKind::Terraform)),
            ("prod.auto.tfvars", Some(ConfigFileKind::Terraform)),
            ("terraform.tfstate.backup", Some(ConfigFileKind::Terraform)),
            ("src/docker.js", None),
            ("src/secret.js", None),
            ("composer.json", None),
            ("config/application.yml", None),
            ("README.md", None),
        ] {
            assert_eq!(kind_of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_one_has_a_fix() {
        for vessel in [
            ConfigFileKind::EnvFile,
            ConfigFileKind::Image,
            ConfigFileKind::Compose,
            ConfigFileKind::Pipeline,
            ConfigFileKind::Manifest,
            ConfigFileKind::Terraform,
        ] {
            assert!(vessel.fix().ends_with('.') && vessel.fix().contains("replace"));
        }
    }
}
