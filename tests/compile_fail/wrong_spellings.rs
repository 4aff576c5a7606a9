//! Hasty spellings that would do something else than they look like do not compile, and the message says what is right.
//!
//! The messages are those of the compiler in `rustc`. `TRYBUILD=overwrite cargo test` writes them anew.

#[test]
fn wrong_spellings_do_not_compile() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
