//! The workflow's text.
//!
//! Deals with: putting the parts together. Does not deal with: the parts (`*.yml`), nor with writing the file.

/// What differs between repositories.
pub(super) struct Wanted<'a> {
    /// The packages of the apps, in order.
    pub(super) apps: &'a [String],
    /// The folder of Terraform for AWS; `None` to leave AWS out.
    pub(super) aws: Option<&'a str>,
    /// The folder of Terraform for Azure; `None` to leave Azure out.
    pub(super) azure: Option<&'a str>,
    /// The command that runs the tests.
    pub(super) test: &'a str,
    /// The command that installs `anyfn`.
    pub(super) install: &'a str,
}

const HEAD: &str = include_str!("head.yml");
const CLOUD: &str = include_str!("cloud.yml");
const AWS_LOGIN: &str = include_str!("aws_login.yml");
const AZURE_LOGIN: &str = include_str!("azure_login.yml");
const AZURE_ENV: &str = include_str!("azure_env.yml");
const AWS_ROLLBACK: &str = include_str!("aws_rollback.yml");
const AZURE_ROLLBACK: &str = include_str!("azure_rollback.yml");

/// The whole file.
pub(super) fn text(wanted: &Wanted<'_>) -> String {
    let both = wanted.aws.is_some() && wanted.azure.is_some();
    let mut text = HEAD.to_owned();
    for (mark, keep) in
        [("@AWS@", wanted.aws.is_some()), ("@AZURE@", wanted.azure.is_some()), ("@BOTH@", both)]
    {
        text = marked(&text, mark, keep);
    }
    let only = |cloud: &str| match both {
        true => format!(" && inputs.cloud == '{cloud}'"),
        false => String::new(),
    };
    let mut rollbacks = String::new();
    for (cloud, triple, folder, env, login, rollback) in [
        ("aws", "aarch64-unknown-linux-musl", wanted.aws, "", AWS_LOGIN, AWS_ROLLBACK),
        (
            "azure",
            "x86_64-unknown-linux-musl",
            wanted.azure,
            AZURE_ENV,
            AZURE_LOGIN,
            AZURE_ROLLBACK,
        ),
    ] {
        let Some(folder) = folder else { continue };
        let filled = |part: &str| {
            part.replace("@ENV@", env)
                .replace("@LOGIN@", login)
                .replace("@CLOUD@", cloud)
                .replace("@TRIPLE@", triple)
                .replace("@FOLDER@", folder)
                .replace("@ONLY@", &only(cloud))
        };
        text += &filled(CLOUD);
        rollbacks += &filled(rollback);
    }
    text += &rollbacks;
    text.replace("@APPS@", &wanted.apps.join(" "))
        .replace("@TEST@", wanted.test)
        .replace("@INSTALL@", wanted.install)
}

/// Lines that begin with `mark` are kept without it, or left out.
fn marked(text: &str, mark: &str, keep: bool) -> String {
    let lines = text.lines().filter_map(|line| match line.strip_prefix(mark) {
        Some(rest) => keep.then_some(rest),
        None => Some(line),
    });
    lines.map(|line| format!("{line}\n")).collect()
}
