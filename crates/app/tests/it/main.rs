//! Runs the program as a person would: arguments in, streams and exit code out.

use std::process::{Command, Stdio};

#[test]
fn commands_answer_as_written_down() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}

#[test]
fn a_closed_pipe_ends_every_command_quietly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/share-plain.in");
    for line in [
        "completions bash",
        "completions zsh",
        "explain records.csv --rules rules.csv --record N1",
        "help",
        "inspect records.csv",
        "rules check rules.csv",
        "rules check ../rules-check.in/rules.csv",
        "share --help",
        "share records.csv --rules rules.csv --dry-run",
        "--version",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_reedbed"));
        command.args(line.split(' ')).current_dir(folder).stdout(writer).stderr(Stdio::piped());
        let ended = command.spawn().unwrap().wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        let code = if line.contains("rules-check.in") { 3 } else { 0 };
        assert_eq!((ended.status.code(), &*told), (Some(code), ""), "{line}");
    }
}
