//! Runs the program as a person would: arguments in, streams and exit code out.

use std::process::{Command, Stdio};

#[test]
fn commands_answer_as_written_down() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}

#[test]
fn manual_pages_say_what_options_take_and_give_examples() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_reedbed"));
    let done = command.arg("man").arg(folder.path()).output().unwrap();
    assert!(done.status.success());
    let page = |name: &str| {
        let page = std::fs::read_to_string(folder.path().join(name)).unwrap();
        page.replace("\\-", "-")
    };
    for (name, synopsis) in [
        ("reedbed-explain.1", " <INPUT>... --rules <LIST>... --record <ID> [OPTIONS]"),
        ("reedbed-inspect.1", " [OPTIONS] <INPUT>..."),
        ("reedbed-rules-check.1", " [OPTIONS] <LIST>..."),
        ("reedbed-share.1", " <INPUT>... --rules <LIST>... -o <OUT> [OPTIONS]"),
    ] {
        let page = page(name);
        assert!(page.contains(&format!("\\fR{synopsis}\n")), "{page}");
        let (_, examples) = page.split_once(".SH EXAMPLES\n").unwrap();
        assert_eq!(examples.matches("    reedbed ").count(), 2, "{examples}");
    }
    assert!(page("reedbed.1").contains("[OPTIONS] <COMMAND>"));
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
