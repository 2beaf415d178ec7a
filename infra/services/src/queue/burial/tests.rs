//! Dead letters keep their body, whatever it is.

use proptest::prelude::*;

use super::*;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn text_goes_to_sqs_as_it_is_with_its_attributes() {
    let given = pairs(&[("reason", "corrupt"), ("aws.id", "1"), ("a b", "x\0y"), ("empty", "")]);
    let (body, attributes) = for_sqs(b"{}", &given, 1000).unwrap();
    assert_eq!(body, "{}");
    assert_eq!(
        attributes,
        pairs(&[("reason", "corrupt"), ("x-aws_id", "1"), ("a_b", "x\u{fffd}y")])
    );
}

#[test]
fn sqs_gets_at_most_ten_attributes_and_no_name_twice() {
    let many: Vec<_> = (0..20).map(|i| (format!("n{i}"), "v".to_owned())).collect();
    assert_eq!(for_sqs(b"\xff", &many, 1000).unwrap().1.len(), 10);
    let twice = pairs(&[("a.b", "1"), ("a b", "2")]);
    assert_eq!(for_sqs(b"x", &twice, 1000).unwrap().1, pairs(&[("a_b", "1")]));
}

#[test]
fn attributes_give_way_to_the_body() {
    let given = pairs(&[("reason", "r"), ("more", "m")]);
    let body = vec![b'x'; 100];
    assert_eq!(for_sqs(&body, &given, 100 + 13).unwrap().1, pairs(&[("reason", "r")]));
    assert_eq!(for_sqs(&body, &given, 100).unwrap().1, pairs(&[]));
    assert!(for_sqs(&body, &given, 99).is_none());
}

#[test]
fn azure_gets_the_envelope_where_it_fits() {
    let given = pairs(&[("invocation", "1"), ("reason", "not \"JSON\"")]);
    let letter = for_azure(&Bytes::from_static(b"hi"), &given, 1000).unwrap();
    assert_eq!(letter, r#"{"anyfn":1,"reason":"not \"JSON\"","body":"aGk="}"#);
    let long = pairs(&[("reason", &"ä".repeat(5000))]);
    let letter = for_azure(&Bytes::from_static(b"hi"), &long, 1000).unwrap();
    assert!(letter.starts_with(b"{") && letter.len() < 400, "{}", letter.len());
    let large = Bytes::from(vec![b'x'; 1000]);
    assert_eq!(for_azure(&large, &given, 1000).unwrap(), large);
    assert!(for_azure(&large, &given, 999).is_none());
}

proptest! {
    #[test]
    fn any_body_comes_back_from_sqs(
        body in prop::collection::vec(any::<u8>(), 0..64),
        attributes in prop::collection::vec(("\\PC{0,12}", "\\PC{0,12}"), 0..12),
    ) {
        let (sent, kept) = for_sqs(&body, &attributes, 10_000).unwrap();
        prop_assert!(text::of(sent.as_bytes()).is_ok());
        prop_assert!(kept.len() <= 10);
        prop_assert_eq!(unwrapped(sent, &kept), body);
    }

    #[test]
    fn any_text_comes_back_from_sqs(body in "\\PC{0,64}") {
        let (sent, kept) = for_sqs(body.as_bytes(), &[], 10_000).unwrap();
        prop_assert_eq!(unwrapped(sent, &kept), body.as_bytes());
    }

    #[test]
    fn what_claims_to_be_encoded_and_is_not_panics_nobody(body in "\\PC{0,64}") {
        let _ = unwrapped(body, &pairs(&[(ENCODING, "base64")]));
    }

    #[test]
    fn a_cut_keeps_whole_characters(text in "\\PC*", bytes in 0usize..40) {
        prop_assert!(text.starts_with(cut(&text, bytes)));
    }
}
