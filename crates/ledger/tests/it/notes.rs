//! Notes and keys, against published vectors and against notes that are none.

use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::hash::Hash;
use reedbed_ledger::note::{KeyKind, Note, NoteError, Signer, Verifier};

use crate::support::{log_key, signer};

/// The key and the note of the documentation of Go's package `golang.org/x/mod/sumdb/note`.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_published_note_holds_and_no_change_of_it_does() {
    let key = Verifier::read(KEY).unwrap();
    let note = Note::read(NOTE).unwrap();
    assert!(key.verify(&note).unwrap().is_some());
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(key.to_string(), KEY);
    for at in 0..NOTE.len() {
        for bit in 0..8 {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let holds = Note::read(&text).ok().and_then(|note| key.verify(&note).ok().flatten());
            assert!(holds.is_none(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn keys_are_read_as_they_are_written_and_not_otherwise() {
    let key = log_key();
    let (public, secret) = (key.verifier().to_string(), key.to_secret());
    assert_eq!(Verifier::read(&public).unwrap(), *key.verifier());
    assert_eq!(Signer::read(&secret).unwrap().verifier(), key.verifier());
    assert_eq!(format!("{key:?}"), "Signer(withheld)");
    let other = public.replace("ledger", "ledges");
    for wrong in [
        "",
        "a+b",
        "a+00000000+",
        "a+00000000+AQ==",
        other.as_str(),
        public.trim_end_matches(|c| c != '+'),
        // The identity and other points of small order let anybody sign.
        "a+c6d3f0a4+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(matches!(Verifier::read(wrong), Err(NoteError::Key { .. })), "{wrong}");
    }
    for name in ["", "two words", "a+b", "a\u{a0}b", "a\nb"] {
        assert!(Signer::of_seed(name, KeyKind::Ed25519, [1; 32]).is_err(), "{name:?}");
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let line = "— a AAAAAAA=\n";
    assert!(Note::read(&format!("text\n\n{line}")).is_ok());
    for wrong in [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        "\n",
        &format!("text\n{line}"),
        &format!("text\n\n{}", line.trim_end()),
        &format!("text\n\n- a AAAAAAA=\n{line}"),
        &format!("text\t\n\n{line}"),
        &format!("text\r\n\n{line}"),
        "text\n\n— a\n",
        "text\n\n—  AAAAAAA=\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAA\n",
        "text\n\n— a b AAAAAAA=\n",
    ] {
        assert!(matches!(Note::read(wrong), Err(NoteError::Form { .. })), "{wrong:?}");
    }
    let many = format!("text\n\n{}", line.repeat(16));
    assert_eq!(Note::read(&many).unwrap().signatures.len(), 16);
    assert!(Note::read(&format!("text\n\n{}", line.repeat(65))).is_err());
}

#[test]
fn a_signature_by_a_known_key_that_does_not_hold_spoils_the_note() {
    let (one, two) = (log_key(), signer("other.example", KeyKind::Ed25519, 9));
    let text = "text\n".to_owned();
    let note = Note { signatures: vec![one.sign(&text, 0), two.sign("else\n", 0)], text };
    assert_eq!(note.signed_by([one.verifier()]).unwrap().len(), 1);
    assert!(note.signed_by([one.verifier(), two.verifier()]).is_err());
    let third = signer("third.example", KeyKind::Ed25519, 10);
    assert_eq!(note.signed_by([third.verifier()]).unwrap_err(), NoteError::Unsigned);
}

#[test]
fn a_cosignature_binds_its_time() {
    let witness = signer("witness.example/w", KeyKind::Cosignature, 3);
    let text = Checkpoint {
        origin: "reserve.example/ledger".to_owned(),
        size: 3,
        root: Hash::leaf(b"x"),
        extensions: Vec::new(),
    }
    .text();
    let note = Note { signatures: vec![witness.sign(&text, 1_679_315_147)], text };
    let signed = witness.verifier().verify(&note).unwrap().unwrap();
    assert_eq!(signed.time, Some(1_679_315_147));
    // The same key does not sign as a log.
    let as_log = witness.verifier().of_kind(KeyKind::Ed25519).unwrap();
    assert_eq!(as_log.verify(&note).unwrap(), None);
    let late = Note { signatures: vec![witness.sign(&note.text, 1 << 63)], ..note };
    assert!(witness.verifier().verify(&late).is_err());
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let root = Hash::leaf(b"x").to_base64();
    let read = |text: &str| Checkpoint::read(text);
    let good = format!("a/b\n5\n{root}\n");
    assert_eq!(read(&good).unwrap().text(), good);
    assert_eq!(read(&format!("{good}more\n")).unwrap().extensions, ["more"]);
    for wrong in [
        String::new(),
        "a\n".to_owned(),
        format!("\n5\n{root}\n"),
        format!("a\n05\n{root}\n"),
        format!("a\n+5\n{root}\n"),
        format!("a\n-5\n{root}\n"),
        format!("a\n5 \n{root}\n"),
        format!("a\n18446744073709551616\n{root}\n"),
        format!("a\n9223372036854775809\n{root}\n"),
        format!("a\n5\n{root}"),
        format!("a\n5\n{root}\n\n"),
        format!("a\n5\n{}\n", &root[1..]),
        "a\n5\nAAAA\n".to_owned(),
    ] {
        assert!(read(&wrong).is_err(), "{wrong:?}");
    }
}
