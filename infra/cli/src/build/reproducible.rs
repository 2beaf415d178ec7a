//! What keeps this machine out of an executable.
//!
//! Deals with: folders, which compilers write into panics, assertions and debug information, and the date.
//! Does not deal with: versions: `Cargo.lock` and the toolchain decide these, and another one is another input.

use std::path::PathBuf;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The first day that a zip can tell: 1980-01-01T00:00:00Z, in seconds since 1970.
const FIRST_DAY: u64 = 315_532_800;

/// A folder, and what is written in its place.
pub(crate) type Renamed = (PathBuf, String);

/// Where the folders of a build are.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// The workspace.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: generated sources.
    pub(crate) target: PathBuf,
    /// Cargo's home: sources of other people's crates.
    pub(crate) cargo: Option<PathBuf>,
    /// The sources of the standard library, where they are installed.
    pub(crate) library: PathBuf,
    /// The compiler's commit, by which it calls them where they are not.
    pub(crate) commit: String,
}

impl Folders {
    /// Every folder with its new name; of two that contain each other the inner one last, which wins.
    pub(crate) fn renamed(&self) -> Vec<Renamed> {
        let Self { root, target, cargo, library, commit } = self;
        let mut all = vec![
            (root.clone(), "/src".to_owned()),
            (target.clone(), "/target".to_owned()),
            (library.clone(), format!("/rustc/{commit}")),
        ];
        all.extend(cargo.clone().map(|folder| (folder, "/cargo".to_owned())));
        all.sort_by_key(|(folder, _)| folder.components().count());
        all
    }
}

/// The compiler's flags for it.
pub(crate) fn for_rust(renamed: &[Renamed]) -> Vec<String> {
    let flag = |(from, to): &Renamed| format!("--remap-path-prefix={}={to}", from.display());
    renamed.iter().map(flag).collect()
}

/// The C compiler's, after those that are set already. A folder with a space in its name would be taken for
/// two flags, and stays.
pub(crate) fn for_c(renamed: &[Renamed], set: &str) -> String {
    let mut flags: Vec<String> = (!set.is_empty()).then(|| set.to_owned()).into_iter().collect();
    for (from, to) in renamed {
        let from = from.display().to_string();
        if !from.contains(char::is_whitespace) {
            flags.push(format!("-ffile-prefix-map={from}={to}"));
        }
    }
    flags.join(" ")
}

/// The only date that a package tells: `SOURCE_DATE_EPOCH` where that is set
/// (<https://reproducible-builds.org/specs/source-date-epoch/>), else the first day that a zip can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Since 1970.
    pub(crate) seconds: u64,
}

impl Epoch {
    /// What `SOURCE_DATE_EPOCH` says.
    ///
    /// # Errors
    /// It is no number of seconds, or none that a date can be made of.
    pub(crate) fn read(set: Option<&str>) -> Result<Self, String> {
        let Some(text) = set.filter(|text| !text.is_empty()) else {
            return Ok(Self { seconds: FIRST_DAY });
        };
        let wrong = || {
            format!(
                "SOURCE_DATE_EPOCH=`{text}` is no number of seconds since 1970; a right one: SOURCE_DATE_EPOCH={FIRST_DAY}"
            )
        };
        let epoch = Self { seconds: text.parse().map_err(|_| wrong())? };
        epoch.text().map(|_| epoch).ok_or_else(wrong)
    }

    /// RFC 3339, UTC.
    pub(crate) fn text(self) -> Option<String> {
        let seconds = i64::try_from(self.seconds).ok()?;
        OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> Folders {
        Folders {
            root: "/home/ada/work/shop".into(),
            target: "/home/ada/work/shop/target".into(),
            cargo: Some("/home/ada/.cargo".into()),
            library: "/home/ada/.rustup/toolchains/stable/lib/rustlib/src/rust".into(),
            commit: "abc".to_owned(),
        }
    }

    #[test]
    fn inner_folders_come_after_outer_ones() {
        let renamed = folders().renamed();
        let at = |to: &str| renamed.iter().position(|(_, name)| name == to).unwrap();
        assert!(at("/src") < at("/target") && renamed.len() == 4);
        let rust = for_rust(&renamed);
        assert!(
            rust.contains(&"--remap-path-prefix=/home/ada/work/shop=/src".to_owned()),
            "{rust:?}"
        );
    }

    #[test]
    fn flags_that_are_set_stay_and_a_space_splits_nothing() {
        let renamed = [("/a".into(), "/src".into()), ("/b c".into(), "/cargo".into())];
        assert_eq!(for_c(&renamed, "-O3 -g0"), "-O3 -g0 -ffile-prefix-map=/a=/src");
        assert_eq!(for_c(&renamed, ""), "-ffile-prefix-map=/a=/src");
    }

    #[test]
    fn the_date_is_the_one_that_was_asked_for() {
        let read = |set| Epoch::read(set).map(|epoch| epoch.text().unwrap());
        assert_eq!(read(None).unwrap(), "1980-01-01T00:00:00Z");
        assert_eq!(read(Some("")).unwrap(), "1980-01-01T00:00:00Z");
        assert_eq!(read(Some("1700000000")).unwrap(), "2023-11-14T22:13:20Z");
        for odd in ["yesterday", "-1", "18446744073709551615"] {
            let fault = read(Some(odd)).unwrap_err();
            assert!(fault.contains(odd) && fault.contains("a right one"), "{fault}");
        }
    }
}
