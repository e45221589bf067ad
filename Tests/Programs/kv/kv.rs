// A key-value store in a folder, as kv.c has it, without snapshots: `log` and `seed`, in the same formats.
//
//     rustc -O --edition 2021 -o kv kv.rs
//     ./kv init DIR | load DIR SEED [COUNT] | verify DIR
//
// `--bug NAME`, or KV_BUG=NAME: no-fsync, early-ack.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Result, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const PUT: u8 = 1;
const DELETE: u8 = 2;

type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

fn end(status: i32, sentence: String) -> ! {
    eprintln!("{sentence}");
    std::process::exit(status)
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e3779b97f4a7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d049bb133111eb);
    number ^ number >> 31
}

struct Operation {
    kind: u8,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Operation {
    fn of(seed: u64, number: u64) -> Operation {
        let drawn = mix(mix(seed).wrapping_add(number));
        let key = format!("key-{}", drawn & 7).into_bytes();
        if drawn >> 8 & 3 == 0 {
            return Operation { kind: DELETE, key, value: vec![] };
        }
        let limit = if drawn >> 16 & 1 != 0 { 3000 } else { 60 };
        let count = 1 + (drawn >> 40) % limit;
        let value = format!("{seed}.{number};").bytes().cycle().take(count as usize).collect();
        Operation { kind: PUT, key, value }
    }

    fn apply(self, pairs: &mut Pairs) {
        if self.kind == DELETE {
            pairs.remove(&self.key);
        } else {
            pairs.insert(self.key, self.value);
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= *byte as u32;
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 != 0 { 0xedb88320 } else { 0 };
        }
    }
    !crc
}

fn sync_folder(path: &Path) -> Result<()> {
    File::open(path)?.sync_all()
}

/// The body of the whole block at the start of `log`.
fn block(log: &[u8]) -> Option<&[u8]> {
    let body_byte_count = u32::from_le_bytes(log.get(0..4)?.try_into().unwrap()) as usize;
    let checksum = u32::from_le_bytes(log.get(4..8)?.try_into().unwrap());
    let body = log[8..].get(..body_byte_count)?;
    (body.len() >= 10 && crc32(body) == checksum).then_some(body)
}

struct Store {
    folder: PathBuf,
    log: Option<File>,
    log_byte_count: usize,
    count: u64,
    pairs: Pairs,
}

impl Store {
    /// As after a crash: the end of the log that is no whole block is cut off.
    fn open(folder: &Path) -> Result<Store> {
        if !folder.is_dir() {
            end(2, format!("{}: no such folder", folder.display()));
        }
        if folder.join("seed.tmp").exists() {
            fs::remove_file(folder.join("seed.tmp"))?;
        }
        let mut store =
            Store { folder: folder.into(), log: None, log_byte_count: 0, count: 0, pairs: Pairs::new() };
        if !folder.join("log").exists() {
            return Ok(store);
        }
        let file = OpenOptions::new().read(true).write(true).open(folder.join("log"))?;
        let log = fs::read(folder.join("log"))?;
        while let Some(body) = block(&log[store.log_byte_count..]) {
            let number = u64::from_le_bytes(body[0..8].try_into().unwrap());
            if number != store.count + 1 {
                let (count, start) = (store.count, "the log goes on with operation");
                end(1, format!("{start} {number}, but the store in front of it ends with {count}"));
            }
            let (key, value) = body[10..].split_at(body[9] as usize);
            Operation { kind: body[8], key: key.into(), value: value.into() }.apply(&mut store.pairs);
            store.count = number;
            store.log_byte_count += 8 + body.len();
        }
        if store.log_byte_count < log.len() {
            file.set_len(store.log_byte_count as u64)?;
            file.sync_all()?;
        }
        store.log = Some(file);
        Ok(store)
    }

    fn seed(&self) -> Result<Option<u64>> {
        if !self.folder.join("seed").exists() {
            return Ok(None);
        }
        let text = fs::read(self.folder.join("seed"))?;
        let seed = String::from_utf8_lossy(&text).strip_suffix('\n').and_then(|text| text.parse().ok());
        match seed {
            Some(seed) => Ok(Some(seed)),
            None => end(1, "the seed is damaged".into()),
        }
    }

    fn carry_out(&mut self, operation: Operation, bug: &str) -> Result<()> {
        self.count += 1;
        let mut body = self.count.to_le_bytes().to_vec();
        body.extend([operation.kind, operation.key.len() as u8]);
        body.extend(&operation.key);
        body.extend(&operation.value);
        let mut block = (body.len() as u32).to_le_bytes().to_vec();
        block.extend(crc32(&body).to_le_bytes());
        block.extend(body);
        let log = self.log.as_ref().unwrap();
        log.write_all_at(&block, self.log_byte_count as u64)?;
        self.log_byte_count += block.len();
        if bug == "early-ack" {
            acknowledge(self.count)?;
        }
        if bug != "no-fsync" {
            log.sync_all()?;
        }
        if bug != "early-ack" {
            acknowledge(self.count)?;
        }
        operation.apply(&mut self.pairs);
        Ok(())
    }
}

fn acknowledge(number: u64) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "ack {number}")?;
    output.flush()
}

fn init(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    if folder.join("log").exists() {
        end(2, format!("{} is a store already", folder.display()));
    }
    File::create(folder.join("log"))?;
    sync_folder(folder)?;
    sync_folder(&folder.join(".."))
}

fn load(folder: &Path, seed: u64, count: u64, bug: &str) -> Result<()> {
    let mut store = Store::open(folder)?;
    if store.log.is_none() {
        end(2, format!("{} is no store: init makes one", folder.display()));
    }
    match store.seed()? {
        None => {
            let mut file = File::create(folder.join("seed.tmp"))?;
            file.write_all(format!("{seed}\n").as_bytes())?;
            file.sync_all()?;
            fs::rename(folder.join("seed.tmp"), folder.join("seed"))?;
            sync_folder(folder)?;
        }
        Some(first) if first != seed => {
            end(2, format!("{} was loaded with seed {first} before", folder.display()))
        }
        Some(_) => {}
    }
    for _ in 0..count {
        store.carry_out(Operation::of(seed, store.count + 1), bug)?;
    }
    Ok(())
}

fn last_acknowledged() -> u64 {
    let Ok(path) = std::env::var("POWERCUT_MARKS_BEFORE") else { return 0 };
    let Ok(text) = fs::read_to_string(&path) else { end(2, format!("{path}: cannot be read")) };
    let number = |line: &str| line.strip_prefix("ack ").unwrap_or(line).parse().ok();
    let numbers: Option<Vec<u64>> = text.lines().map(number).collect();
    match numbers {
        Some(numbers) => numbers.into_iter().max().unwrap_or(0),
        None => end(2, format!("{path}: a mark is 'ack N' or 'N'")),
    }
}

fn verify(folder: &Path) -> Result<()> {
    let acknowledged = last_acknowledged();
    let store = Store::open(folder)?;
    let count = store.count;
    if count < acknowledged {
        end(1, format!("operation {acknowledged} was acknowledged, but the store holds only {count}"));
    }
    let seed = store.seed()?;
    if count > 0 && seed.is_none() {
        end(1, format!("the store holds {count} operations, but no seed"));
    }
    if seed.is_some() && store.log.is_none() {
        end(1, "there is no log".into());
    }
    let mut wanted = Pairs::new();
    for number in 1..=count {
        Operation::of(seed.unwrap(), number).apply(&mut wanted);
    }
    for (key, value) in &wanted {
        let key_text = String::from_utf8_lossy(key);
        match store.pairs.get(key) {
            None => end(1, format!("after {count} operations {key_text} is missing")),
            Some(found) if found != value => {
                end(1, format!("after {count} operations {key_text} has another value"))
            }
            Some(_) => {}
        }
    }
    if store.pairs.len() != wanted.len() {
        end(1, format!("after {count} operations there are keys too many"));
    }
    println!("good: {count} operations, {acknowledged} acknowledged");
    Ok(())
}

fn main() -> Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut bug = std::env::var("KV_BUG").unwrap_or("none".into());
    if words.len() > 2 && words[words.len() - 2] == "--bug" {
        bug = words.pop().unwrap();
        words.pop();
    }
    if !["none", "no-fsync", "early-ack"].contains(&bug.as_str()) {
        end(2, format!("no bug is called {bug}"));
    }
    let numbers: Option<Vec<u64>> = words.iter().skip(2).map(|word| word.parse().ok()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (words.as_slice(), numbers.as_deref()) {
        (["init", folder], _) => init(Path::new(folder)),
        (["verify", folder], _) => verify(Path::new(folder)),
        (["load", folder, ..], Some([seed])) => load(Path::new(folder), *seed, 40, &bug),
        (["load", folder, ..], Some([seed, count])) => load(Path::new(folder), *seed, *count, &bug),
        _ => end(2, "kv init DIR | load DIR SEED [COUNT] | verify DIR".into()),
    }
}
