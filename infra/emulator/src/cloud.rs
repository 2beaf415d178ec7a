//! Which of the two clouds a resource, a host or a change belongs to.
//!
//! Deals with: the name itself and its spelling in the store. Does not deal with: what either cloud does.

use std::fmt;

/// One of the two emulated clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cloud {
    /// Lambda, S3, SQS.
    Aws,
    /// The Functions host, blob and queue storage.
    Azure,
}

impl Cloud {
    /// Both, for loops.
    pub const ALL: [Self; 2] = [Self::Aws, Self::Azure];

    /// `aws` or `azure`: how tables, logs and the console spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
        }
    }

    /// The inverse of [`Cloud::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.as_str() == text)
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_is_read_back_from_its_spelling() {
        for cloud in Cloud::ALL {
            assert_eq!(Cloud::parse(cloud.as_str()), Some(cloud));
        }
        assert_eq!(Cloud::parse("AWS"), None);
    }
}
