//! The ways to name a function in a request.
//!
//! Deals with: name, partial ARN, ARN, each with or without a qualifier.
//! Does not deal with: whether there is such a function.

use crate::aws::{ACCOUNT, REGION};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) function: &'a str,
    pub(super) qualifier: Option<&'a str>,
}

/// Reads `NAME[:QUALIFIER]`, `ACCOUNT:function:NAME[:QUALIFIER]` or the whole ARN. `None` for anything
/// else and for other accounts and regions: there is nothing of theirs here.
pub(super) fn parse_name(text: &str) -> Option<Named<'_>> {
    let parts: Vec<&str> = text.split(':').collect();
    let rest = match parts.as_slice() {
        ["arn", "aws", "lambda", REGION, ACCOUNT, "function", rest @ ..]
        | [ACCOUNT, "function", rest @ ..] => rest,
        rest => rest,
    };
    match rest {
        [function] => Some(Named { function, qualifier: None }),
        [function, qualifier] => Some(Named { function, qualifier: Some(qualifier) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_names_the_function() {
        let named = |qualifier| Some(Named { function: "archive", qualifier });
        assert_eq!(parse_name("archive"), named(None));
        assert_eq!(parse_name("archive:$LATEST"), named(Some("$LATEST")));
        assert_eq!(parse_name("000000000000:function:archive"), named(None));
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:archive";
        assert_eq!(parse_name(arn), named(None));
        assert_eq!(parse_name(&format!("{arn}:live")), named(Some("live")));
        assert_eq!(parse_name("arn:aws:lambda:us-east-1:111111111111:function:archive"), None);
    }
}
