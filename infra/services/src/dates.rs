//! Dates as providers write them.
//!
//! Deals with: the date of HTTP headers, and RFC 3339. Does not deal with: time zones (all is UTC).

use std::time::SystemTime;

use time::OffsetDateTime;
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const HTTP: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// `Fri, 24 May 2013 00:00:00 GMT`
pub(crate) fn http(time: SystemTime) -> String {
    // Formatting into a string with every part at hand does not fail.
    OffsetDateTime::from(time).format(HTTP).unwrap_or_default()
}

/// Either form.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let http = PrimitiveDateTime::parse(text, HTTP).map(PrimitiveDateTime::assume_utc);
    let date = http.or_else(|_| OffsetDateTime::parse(text, &Rfc3339));
    date.ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_are_read() {
        let time = read("2013-05-24T00:00:00.000Z").unwrap();
        assert_eq!(http(time), "Fri, 24 May 2013 00:00:00 GMT");
        assert_eq!(read("Fri, 24 May 2013 00:00:00 GMT"), Some(time));
        for neither in ["", "2013-05-24 00:00:00", "2013-05-24T00:00:00", "Fri, 24 May 2013"] {
            assert_eq!(read(neither), None, "{neither}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|[0-9]{1,12}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,14}Z") {
            let _ = read(&text);
        }
    }
}
