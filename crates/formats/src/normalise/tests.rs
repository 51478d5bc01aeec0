use super::*;

fn form(delimiter: &str, quote: Option<char>, escape: Option<char>, terminator: &str) -> OddForm {
    OddForm { delimiter: delimiter.to_owned(), quote, escape, terminator: terminator.to_owned() }
}

fn normal(text: &str, form: &OddForm) -> (String, Vec<u64>) {
    let mut normaliser = Normaliser::new(text.as_bytes(), form, 1 << 20);
    let mut out = String::new();
    normaliser.read_to_string(&mut out).unwrap();
    let lines = normaliser.take_lines(usize::MAX);
    (out, lines)
}

#[test]
fn line_ends_of_every_kind_become_line_feeds() {
    let form = form(";", Some('"'), None, "");
    let (out, lines) = normal("a;b\rc;d\r\ne;f\n\rg", &form);
    assert_eq!(out, "a,b\nc,d\ne,f\n\ng");
    assert_eq!(lines, [1, 2, 3, 4, 5]);
}

#[test]
fn what_commas_and_quotes_would_spoil_is_quoted() {
    let form = form("##", None, None, "|\n");
    let (out, lines) = normal("a,b##say \"x\"##c#d\ne|\nf|", &form);
    assert_eq!(out, "\"a,b\",\"say \"\"x\"\"\",\"c#d\ne\"\nf|");
    assert_eq!(lines, [1, 3]);
}

#[test]
fn escapes_mean_what_databases_mean_by_them() {
    let form = form("\t", None, Some('\\'), "");
    let (out, lines) = normal("a\\\tb\t\\N\tN\tc\\nd\te\\\\\n\\N\t\\é\nf\\\ng\th", &form);
    assert_eq!(out, "a\tb,,N,\"c\nd\",e\\\n,é\n\"f\ng\",h");
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn an_escaped_quote_does_not_end_a_field() {
    let form = form(",", Some('"'), Some('\\'), "");
    assert_eq!(normal("\"a\\\"b\",c\n", &form).0, "\"a\"\"b\",c\n");
    assert_eq!(normal("\"a\"\"b\",\"\"\n\"\"\n", &form).0, "\"a\"\"b\",\n\"\"\n");
}

#[test]
fn quotes_that_are_wrong_stay_wrong() {
    let form = form(";", Some('\''), None, "");
    assert_eq!(normal("'a'b;c\n", &form).0, "\"ab\"!,c\n");
    assert_eq!(normal("a;'b\nc'';", &form).0, "a,\"b\nc';");
}

#[test]
fn an_endless_row_is_not_gathered() {
    let text = "x".repeat(1 << 22);
    let mut normaliser = Normaliser::new(text.as_bytes(), &form(";", None, None, ""), 1 << 16);
    let error = normaliser.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.get_ref().unwrap().is::<LongRow>());
    assert!(normaliser.row.field.len() < 1 << 18);
}

#[test]
fn patterns_are_found_wherever_the_text_is_cut() {
    struct Pieces<'a>(&'a [u8], usize);
    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = buffer.len().min(self.1);
            self.0.read(&mut buffer[..piece])
        }
    }
    let form = form("<=>", Some('"'), Some('\\'), "<end>\r\n");
    let text = "a<=>\"b<=>\"\"c\"<=>d\\<e<end>\r\n<=><=>f<end>\r\n".repeat(5);
    let whole = normal(&text, &form).0;
    assert_eq!(whole, "a,\"b<=>\"\"c\",d<e\n,,f\n".repeat(5));
    for piece in 1..20 {
        let mut out = String::new();
        Normaliser::new(Pieces(text.as_bytes(), piece), &form, 1 << 20)
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, whole, "{piece}");
    }
}
