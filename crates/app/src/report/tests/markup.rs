//! Reads a page back: its elements, and its words.

/// Elements with their attributes.
pub(super) type Elements = Vec<(String, Vec<(String, String)>)>;

/// All elements in order. Fails where they do not nest, or where a tag is not one.
pub(super) fn elements(page: &str) -> Elements {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    // The style sheet is not markup.
    let (before, rest) = page.split_once("<style>").unwrap();
    let page = format!("{before}<style></style>{}", rest.split_once("</style>").unwrap().1);
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("no tag: {piece}"));
        assert!(!text.contains('>'), "a stray bracket: {piece}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let is_closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        found.push((name.to_owned(), parse(attributes)));
        if !is_closed && !["meta", "!DOCTYPE"].contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

fn parse(mut attributes: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    while !attributes.trim().is_empty() {
        let Some((name, rest)) = attributes.split_once("=\"") else {
            found.push((attributes.trim().to_owned(), String::new()));
            break;
        };
        let (value, rest) = rest.split_once('"').unwrap();
        found.push((name.trim().to_owned(), value.to_owned()));
        attributes = rest;
    }
    found
}

/// What a reader reads: the body without tags and drawings, a line for each block.
pub(super) fn words(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let mut drawings = body.split("<svg");
    let mut body = drawings.next().unwrap().to_owned();
    for rest in drawings {
        body.push_str(rest.split_once("</svg>").unwrap().1);
    }
    let mut words = String::new();
    for piece in body.replace('\n', " ").split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if BLOCKS.contains(&name) {
            words.push('\n');
        }
        if ["td", "th", "small", "dd"].contains(&name) {
            words.push(' ');
        }
        words.push_str(text);
    }
    let lines = words.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    let mut words = lines.join("\n") + "\n";
    for (escaped, letter) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        words = words.replace(escaped, letter);
    }
    words
}

const BLOCKS: [&str; 14] = [
    "p", "h1", "h2", "h3", "li", "tr", "dt", "ul", "dl", "table", "section", "figure", "summary",
    "header",
];
