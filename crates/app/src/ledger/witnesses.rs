//! Asks the witnesses of a policy for cosignatures, all at once.

use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::join_all;
use reedbed_ledger::checkpoint::Checkpoint;
use reedbed_ledger::disk::{Disk, Source, replace};
use reedbed_ledger::log::prove_consistency;
use reedbed_ledger::note::{Note, Signature, Verifier};
use reedbed_ledger::policy::Policy;
use reedbed_ledger::witness::{conflict, cosignatures, request};
use reqwest::redirect;

use super::{Home, Open};

/// What became of asking a witness.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Its name in the policy.
    pub(crate) name: String,
    /// Why it gave no cosignature.
    pub(crate) refused: Option<String>,
}

/// A witness that is asked.
struct Witness<'p> {
    name: String,
    key: &'p Verifier,
    address: String,
    /// The size that it saw last, as far as is known.
    old: u64,
    outcome: Option<Result<Vec<Signature>, String>>,
}

/// Asks each witness of the policy that has an address for a cosignature of the head that was signed
/// last, and adds those that hold to it.
///
/// Errors: where the ledger itself cannot be read or written; a witness that does not answer is in the
/// list that is given.
pub(crate) fn ask(
    home: &Home,
    open: &mut Open<'_>,
    policy: &Policy,
) -> Result<Vec<Asked>, anyhow::Error> {
    let mut witnesses = Vec::new();
    for (name, key, address) in policy.witnesses() {
        let Some(address) = address else { continue };
        let old = remembered(home, key)?;
        let address = address.trim_end_matches('/');
        let address = format!("{address}/add-checkpoint");
        witnesses.push(Witness { name, key, address, old, outcome: None });
    }
    if witnesses.is_empty() {
        return Ok(Vec::new());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no requests can be made")?;
    let client = reqwest::Client::builder()
        .timeout(WITHIN)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("reedbed/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("no requests can be made")?;
    let (head, note) = (open.log.head().clone(), open.log.note().clone());
    // A witness that saw another size last says so, and is asked again.
    for _ in 0..ROUNDS {
        let mut asked = Vec::new();
        for witness in witnesses.iter_mut().filter(|witness| witness.outcome.is_none()) {
            match body(home, witness.old, &head, &note) {
                Ok(body) => asked.push((witness, body)),
                Err(error) => witness.outcome = Some(Err(format!("{error:#}"))),
            }
        }
        let answers = runtime.block_on(join_all(
            asked.iter().map(|(witness, body)| post(&client, &witness.address, body)),
        ));
        for ((witness, _), answer) in asked.into_iter().zip(answers) {
            witness.take(answer, &note, head.size);
        }
    }
    let mut all = Vec::new();
    for witness in witnesses {
        let key = witness.key.clone();
        let refused = match witness.outcome {
            Some(Ok(signatures)) => {
                open.log.add_cosignatures(&signatures, &[key])?;
                remember(home, witness.key, head.size)?;
                None
            }
            Some(Err(reason)) => Some(reason),
            None => Some("it names another size each time it is asked".to_owned()),
        };
        all.push(Asked { name: witness.name, refused });
    }
    home.remember(open.log.note())?;
    Ok(all)
}

impl Witness<'_> {
    fn take(&mut self, answer: Result<(u16, String), anyhow::Error>, note: &Note, size: u64) {
        self.outcome = match answer {
            Ok((200, body)) => Some(self.cosigned(&body, note)),
            Ok((409, body)) => match conflict(&body) {
                Some(seen) if seen > size => Some(Err(format!(
                    "it saw {seen} entries, and the ledger has {size}: this ledger is older than what \
                     was shown to it, or another"
                ))),
                Some(seen) if seen == self.old => Some(Err(format!(
                    "with {seen} entries it saw another root: this ledger is another than the one \
                     that was shown to it"
                ))),
                Some(seen) => {
                    self.old = seen;
                    None
                }
                None => Some(Err("it names no size".to_owned())),
            },
            Ok((status, body)) => Some(Err(format!("{status}: {}", one_line(&body)))),
            Err(error) => Some(Err(format!("{error:#}"))),
        };
    }

    /// The cosignatures in an answer, of which one by the witness must hold.
    fn cosigned(&self, body: &str, note: &Note) -> Result<Vec<Signature>, String> {
        let signatures = cosignatures(body).map_err(|error| error.to_string())?;
        let signed = Note { text: note.text.clone(), signatures };
        match self.key.verify(&signed) {
            Ok(Some(_)) => Ok(signed.signatures),
            Ok(None) => Err("its answer is signed by another key than the policy names".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn body(home: &Home, old: u64, head: &Checkpoint, note: &Note) -> Result<String, anyhow::Error> {
    if old > head.size {
        bail!("it saw {old} entries before, and the ledger has {}", head.size);
    }
    let path = prove_consistency(home.public(), old, head)?;
    Ok(request(old, &path, note))
}

async fn post(
    client: &reqwest::Client,
    address: &str,
    body: &str,
) -> Result<(u16, String), anyhow::Error> {
    let answer = client.post(address).body(body.to_owned()).send().await;
    let mut answer = answer.context("it does not answer")?;
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.context("its answer breaks off")? {
        bytes.extend_from_slice(&part);
        if bytes.len() > LONGEST_ANSWER {
            bail!("its answer is too long");
        }
    }
    let text = String::from_utf8(bytes).context("its answer is no text")?;
    Ok((answer.status().as_u16(), text))
}

/// What a stranger wrote, as one short line.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(200).collect::<String>().trim().to_owned()
}

fn remembered(home: &Home, key: &Verifier) -> Result<u64, anyhow::Error> {
    let bytes = home.private().read(&path_of(key))?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    // Where it is lost, the witness says it.
    Ok(text.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}

fn remember(home: &Home, key: &Verifier, size: u64) -> Result<(), anyhow::Error> {
    home.private().create_folder(FOLDER)?;
    Ok(replace(home.private(), &path_of(key), format!("{size}\n").as_bytes())?)
}

fn path_of(key: &Verifier) -> String {
    format!("{FOLDER}/{}", reedbed_ledger::hash::Hash::of(key.to_string().as_bytes()).to_hex())
}

const FOLDER: &str = "witnesses";
const WITHIN: Duration = Duration::from_secs(10);
const ROUNDS: usize = 4;
/// Units: bytes.
const LONGEST_ANSWER: usize = 64 * 1_024;
