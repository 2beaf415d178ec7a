//! What the compiler says to an author who ties the wrong types together.
//!
//! `TRYBUILD=overwrite cargo test -p anyfn --test messages` rewrites the expected messages.

#[test]
fn a_wrong_type_is_a_short_error_at_its_own_place() {
    trybuild::TestCases::new().compile_fail("tests/compile/*.rs");
}
