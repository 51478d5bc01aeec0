//! Runs the program as a person would: arguments in, streams and exit code out.

#[test]
fn commands_answer_as_written_down() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
