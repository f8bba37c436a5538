//! The program from a shell: the main job, every exit code that can be had, and how its output behaves.

mod places;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use places::{Home, Place, on_both};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_obligor");

const CUSTOMERS: &str = "\
customer,name,country,orgnr,company,currency,status
C1,Nordhavn Byg ApS,DK,13585628,10,DKK,ok
C2,Uden Grænse ApS,DK,,10,DKK,ok
C3,Stoppet A/S,DK,,10,DKK,stop
";
const LIMITS: &str = "company,customer,currency,limit\n10,C1,DKK,10000.00\n10,C3,DKK,50000.00\n";
const ITEMS: &str = "\
company,customer,number,currency,residual,due
10,C1,F-2,DKK,500.00,2026-12-20
10,C1,F-1,DKK,1500.00,2026-11-01
";

/// A folder with a credit state, at a moment that stands still.
struct Desk {
    home: Home,
}

/// What a run of the program came to.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = Self { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    #[track_caller]
    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        if code == 0 || code >= 30 {
            assert_eq!(self.err, "", "an answer says nothing on standard error");
        } else {
            assert_eq!(self.out, "", "an error says nothing on standard output");
            assert!(!self.err.is_empty());
        }
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "{word:?} is not in\n{}", self.out);
        }
        self
    }
}

impl Desk {
    /// An empty folder.
    fn bare() -> Self {
        Self { home: Home::new(Place::File) }
    }

    /// A credit state without customers.
    fn new(place: Place) -> Self {
        let desk = Self { home: Home::new(place) };
        let store = match place {
            Place::File => "\"credit.db\"".to_owned(),
            Place::Server => format!("\"{}\"\nsecret = \"file:key\"", desk.home.name()),
        };
        let rest = "policy = \"policy.toml\"\nclock = \"2026-11-22T08:00:00Z\"\ndeadline_ms = 4000\n";
        desk.put("obligor.toml", &format!("store = {store}\n{rest}"));
        desk.run(&["init"]).ended(0);
        desk
    }

    /// A credit state with three customers.
    fn furnished(place: Place) -> Self {
        let desk = Self::new(place);
        for (kind, text) in [("customers", CUSTOMERS), ("limits", LIMITS), ("open_items", ITEMS)] {
            desk.put(&format!("{kind}.csv"), text);
            desk.run(&["import", kind, &format!("{kind}.csv")]).ended(0);
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).current_dir(self.home.folder.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Said {
        Said::of(&self.command(words).output().unwrap())
    }

    /// Runs with a text on standard input.
    fn run_with(&self, words: &[&str], input: &str) -> Said {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that has seen enough may stop reading.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Said::of(&child.wait_with_output().unwrap())
    }

    /// A command about an account of company 10.
    fn about(&self, command: &str, customer: &str, more: &[&str]) -> Said {
        let mut words = vec![command, "--company", "10", "--customer", customer];
        words.extend(more);
        self.run(&words)
    }

    fn reserve(&self, customer: &str, document: &str, amount: &str) -> Said {
        self.about("reserve", customer, &["--document", document, "--key", document, "--amount", amount])
    }

    /// Changes the tables as an intruder would.
    fn intrude(&self, statement: &str) {
        match self.home.place() {
            Place::File => rusqlite::Connection::open(self.home.file()).unwrap().execute_batch(statement).unwrap(),
            Place::Server => drop(self.home.sql(statement)),
        }
    }
}

#[test]
fn init_makes_what_is_missing_and_overwrites_nothing() {
    let desk = Desk::bare();
    let made = desk.run(&["init", "--json"]).ended(0).json();
    let files: Vec<_> = made["files"].as_array().unwrap().iter().map(|file| (&file["path"], &file["made"])).collect();
    let names = ["obligor.toml", "policy.toml", "credit.db", "credit.db.key"];
    assert_eq!(files, names.map(|name| (json!(name), json!(true))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
    desk.run(&["policy", "check", "policy.toml"]).ended(0).says(&["\"standard\"", "valid"]);
    desk.run(&["verify"]).ended(0).says(&["Sound"]);

    desk.put("policy.toml", &std::fs::read_to_string(desk.path("policy.toml")).unwrap().replace("standard", "ours"));
    let before = names.map(|name| std::fs::read(desk.path(name)).unwrap());
    desk.run(&["init"]).ended(0).says(&["was there  configuration", "was there  policy", "was there  key"]);
    let after = names.map(|name| std::fs::read(desk.path(name)).unwrap());
    assert!(before[..2] == after[..2] && before[3] == after[3], "a file was overwritten");
    desk.run(&["policy", "show"]).ended(0).says(&["name = \"ours\""]);
}

#[test]
fn a_configuration_elsewhere_names_its_own_folder() {
    let desk = Desk::bare();
    std::fs::create_dir(desk.path("etc")).unwrap();
    desk.run(&["init", "--config", "etc/o.toml", "--store", "here.db"]).ended(0);
    assert!(desk.path("here.db").exists() && desk.path("etc/policy.toml").exists());
    desk.run(&["stats", "--config", "etc/o.toml"]).ended(0);
    desk.run(&["stats", "--store", "here.db"]).ended(0);
}

on_both!(the_main_job_from_a_shell);
fn the_main_job_from_a_shell(place: Place) {
    let desk = Desk::furnished(place);
    desk.run(&["import", "customers", "customers.csv"]).ended(0).says(&["Same                     3"]);
    desk.about("account", "C1", &[]).ended(0).says(&[
        "10,000.00 DKK",
        "2,000.00 DKK",
        "8,000.00 DKK",
        "due 2026-11-01",
    ]);
    let items = desk.about("account", "C1", &["--items", "--json"]).ended(0).json();
    assert_eq!(items.as_array().unwrap().iter().map(|item| &item["number"]).collect::<Vec<_>>(), ["F-1", "F-2"]);

    desk.about("check", "C1", &["--amount", "8000.00 DKK"]).ended(0).says(&["Approved", "a new order"]);
    desk.reserve("C1", "SO-1", "7000.00 DKK").ended(0).says(&["Approved", "active", "Decision 1 on record"]);
    let refused = desk.reserve("C1", "SO-2", "1000.01 DKK").ended(35);
    refused.says(&["Refused", "10,000.01 DKK", "10,000.00 DKK", "credit_manager", "Available", "1,000.00 DKK"]);
    desk.reserve("C1", "SO-2", "1000.01 DKK").ended(35).says(&["the answer that this key got before"]);

    let letter = desk.run(&["explain", "2", "--language", "da"]).ended(0);
    letter.says(&["Ordre SO-2 for kunde C1 i 10, 1.000,01 DKK: Afvist.", "10.000,00 DKK", "Afgørelse 2"]);
    desk.run(&["replay", "2"]).ended(0).says(&["the same"]);
    desk.about("change", "C1", &["--document", "SO-1", "--key", "k3", "--amount", "6000.00 DKK"]).ended(0);
    desk.about("convert", "C1", &["--document", "SO-1", "--key", "k4", "--to", "delivered"]).ended(0);
    desk.reserve("C1", "SO-3", "100.00 DKK").ended(0);
    desk.about("cancel", "C1", &["--document", "SO-3", "--key", "k5"]).ended(0).says(&["cancelled"]);
    desk.about("reopen", "C1", &["--document", "SO-3", "--key", "k6", "--amount", "50 DKK"]).ended(0);
    desk.run(&["verify"]).ended(0).says(&["Sound: 3 accounts, 7 decisions"]);
    desk.run(&["events"]).ended(0).says(&["refused", "C1 in 10", "SO-2", "over_limit"]);

    desk.run(&["backup", "copy.db"]).ended(0);
    if place == Place::File {
        let lost = desk.run(&["stats", "--store", "copy.db"]).ended(8);
        assert!(lost.err.contains("copy.db.key"), "{}", lost.err);
        std::fs::copy(desk.path("credit.db.key"), desk.path("copy.db.key")).unwrap();
    }
    let stats = desk.run(&["stats", "--store", "copy.db", "--json"]).ended(0).json();
    assert_eq!((&stats["customers"], &stats["decisions"]), (&json!(3), &json!(7)));
}

#[test]
fn a_state_moves_to_another_store() {
    let desk = Desk::furnished(Place::File);
    desk.reserve("C1", "SO-1", "100.00 DKK").ended(0);
    let moves = |words: &[&str]| desk.run(&[&["migrate"], words].concat());
    moves(&["--to", "new.db"]).ended(0).says(&["new.db: the tables were made, version 1"]);
    let made = moves(&["--to", "new.db", "--json"]).ended(0).json();
    assert_eq!(made, json!({ "store": "new.db", "from_version": 1, "version": 1 }));

    let copied = moves(&["--from", "credit.db", "--to", "new.db", "--keep"]).ended(0).says(&[
        "Copied credit.db to new.db: 22 tables",
        "(3 accounts, 1 decision)",
        "stays in use",
        "residual 200000",
        "It is in credit.db.key",
        "secret = ",
    ]);
    assert!(copied.out.lines().all(|line| line.chars().count() <= 100), "{}", copied.out);
    desk.reserve("C1", "SO-2", "100.00 DKK").ended(0);
    let error = moves(&["--from", "credit.db", "--to", "new.db"]).ended(6);
    assert!(error.err.contains("a copy of this state"), "{}", error.err);

    let moved = moves(&["--from", "credit.db", "--to", "moved.db", "--json"]).ended(0).json();
    assert_eq!((&moved["became"], &moved["to"]), (&json!("moved"), &json!("moved.db")));
    assert_eq!((&moved["key"], &moved["verified"]["decisions"]), (&json!("credit.db.key"), &json!(2)));
    let item = moved["tables"].as_array().unwrap().iter().find(|table| table["table"] == "item").unwrap();
    assert_eq!((&item["rows"], &item["sums"]["residual"], &item["same"]), (&json!(2), &json!("200000"), &json!(true)));
    moves(&["--from", "credit.db", "--to", "moved.db"]).ended(0).says(&["moved to moved.db before"]);

    for words in [&["stats"][..], &["verify"], &["check", "--company", "10", "--customer", "C1", "--amount", "1 DKK"]] {
        let left = desk.run(words).ended(8);
        assert!(left.err.contains("moved to moved.db on") && left.err.contains("configuration"), "{}", left.err);
    }
    std::fs::copy(desk.path("credit.db.key"), desk.path("moved.db.key")).unwrap();
    desk.put("obligor.toml", "store = \"moved.db\"\nclock = \"2026-11-22T08:00:00Z\"\n");
    desk.reserve("C1", "SO-2", "100.00 DKK").ended(0).says(&["the answer that this key got before"]);
    desk.run(&["verify"]).ended(0).says(&["Sound: 3 accounts, 2 decisions"]);

    let database = rusqlite::Connection::open(desk.path("moved.db")).unwrap();
    database.execute_batch("UPDATE account SET open = open + 1 WHERE open > 0").unwrap();
    let unsound = moves(&["--from", "moved.db", "--to", "third.db"]).ended(38);
    unsound.says(&["fault", "open is kept as", "Not moved", "moved.db stays in use"]);
    desk.run(&["stats"]).ended(0);
    let half = desk.run(&["stats", "--store", "third.db"]).ended(8);
    assert!(half.err.contains("not finished") && half.err.contains("obligor migrate"), "{}", half.err);
}

#[test]
fn a_store_to_move_from_or_into_is_named_rightly() {
    let desk = Desk::furnished(Place::File);
    desk.put("empty.txt", "\n");
    for (from, to, code, says) in [
        ("none.db", "new.db", 4, "none.db"),
        ("credit.db", "env:NO_SUCH_VARIABLE", 8, "NO_SUCH_VARIABLE is not set"),
        ("credit.db", "file:none.txt", 8, "none.txt cannot be read"),
        ("file:empty.txt", "new.db", 8, "postgresql://"),
        ("credit.db", "./credit.db", 1, "same store"),
        ("credit.db", "no/such/folder/new.db", 15, "no/such/folder"),
        ("credit.db", "postgresql://anna:hunter2@host/db", 8, "env:NAME"),
    ] {
        let error = desk.run(&["migrate", "--from", from, "--to", to]).ended(code);
        assert!(error.err.contains(says) && !error.err.contains("hunter2"), "{}", error.err);
    }
    assert!(!desk.path("new.db").exists(), "a store that cannot be filled was made");
    desk.run(&["migrate", "--to", "new.db", "--keep"]).ended(2);
    desk.run(&["migrate", "--from", "credit.db"]).ended(2);
    desk.run(&["stats"]).ended(0);
}

on_both!(answers_that_are_not_a_plain_yes_have_codes_of_their_own);
fn answers_that_are_not_a_plain_yes_have_codes_of_their_own(place: Place) {
    let desk = Desk::furnished(place);
    desk.reserve("C2", "SO-1", "1.00 DKK").ended(34).says(&["On hold", "held: waits for a person"]);
    desk.run(&["held", "--company", "10"]).ended(0).says(&["SO-1", "C2", "1 order waits"]);
    desk.about("check", "C3", &["--amount", "1.00 DKK"]).ended(35);
    desk.about("check", "nobody", &["--amount", "1.00 DKK"]).ended(35);
    desk.about("check", "C3", &["--amount", "-1.00 DKK"]).ended(0);
    let policy = std::fs::read_to_string(desk.path("policy.toml")).unwrap();
    desk.put("policy.toml", &policy.replacen("then = \"refuse\"", "then = \"prepay\"", 1));
    desk.about("check", "C1", &["--amount", "9000.00 DKK"]).ended(33).says(&["Prepayment", "To be prepaid"]);
}

on_both!(the_department_works_from_a_shell);
fn the_department_works_from_a_shell(place: Place) {
    let desk = Desk::furnished(place);
    let policy = std::fs::read_to_string(desk.path("policy.toml")).unwrap();
    let two_people = "[limits]\napproval_above = [\"60000.00 DKK\"]\n";
    desk.put("policy.toml", &format!("{}\n{two_people}", policy.replacen("then = \"refuse\"", "then = \"hold\"", 1)));
    let person = |command: &str, document: &str, key: &str, more: &[&str]| {
        let words = ["--document", document, "--key", key, "--user", "maja", "--reason", "known for years"];
        desk.about(command, "C1", &[&words[..], more].concat())
    };
    desk.reserve("C1", "SO-1", "9000.00 DKK").ended(34);
    desk.run(&["held", "--company", "10", "--customer", "C1"]).ended(0).says(&["SO-1", "credit_manager", "Exposure"]);
    person("release", "SO-1", "r1", &["--role", "clerk"]).ended(16);
    person("release", "SO-1", "r2", &["--role", "credit_manager", "--valid-days", "5"]).ended(0).says(&["active"]);
    person("hold", "SO-1", "h1", &[]).ended(34);
    desk.run(&["reevaluate", "--company", "10"]).ended(0).says(&["Asked about 1 order", "Released: none"]);
    person("reject", "SO-1", "x1", &[]).ended(35);
    desk.reserve("C1", "SO-2", "100.00 DKK").ended(0);
    let gate = ["--document", "SO-2", "--key", "p1", "--checkpoint", "ship"];
    desk.about("pass", "C1", &gate).ended(0);
    let over = ["--document", "SO-2", "--key", "t1", "--amount", "100.00 DKK"];
    desk.about("transfer", "C3", &over).ended(35);

    desk.run(&["limits", "waiting"]).ended(0).says(&["No limit waits"]);
    let limit = r#"{"company":"10","customer":"C1","limit":"60000.01 DKK","user":"maja"}"#;
    desk.run(&["call", "limit.put", limit]).ended(0).says(&["waiting"]);
    desk.run(&["limits", "waiting"]).ended(0).says(&["C1 in 10", "60,000.01 DKK", "maja"]);
    desk.run(&["limits", "approve", "1", "--user", "maja"]).ended(16);
    desk.run(&["limits", "approve", "1", "--user", "carl"]).ended(0).says(&["is in the books"]);
    desk.run(&["sweep"]).ended(0).says(&["Queued 1 event"]);
    let told = desk.run(&["events", "--consumer", "crm", "--json"]).ended(0).json();
    let kinds: Vec<_> = told.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["held", "over_limit", "released", "held", "rejected", "limit_requested", "handed_over"]);
    let last = told[6]["id"].to_string();
    desk.run(&["events", "--consumer", "crm", "--acknowledge", &last]).ended(0).says(&["No events."]);
}

on_both!(registers_and_new_customers);
fn registers_and_new_customers(place: Place) {
    let desk = Desk::furnished(place);
    desk.put(
        "companies.csv",
        "\
country,orgnr,name,legal_form,state,registered
DK,13585628,Nordhavn Byg ApS,ApS,active,2001-01-01
DK,25313763,Skovby Handel A/S,A/S,active,2001-01-01
",
    );
    desk.put("remarks.csv", "number,country,orgnr,kind,registered\nR1,DK,25313763,payment_default,2026-05-01\n");
    for (kind, source) in [("companies", "companies"), ("remarks", "remarks")] {
        let file = format!("{kind}.csv");
        let words = ["import", kind, &file, "--source", source, "--as-of", "2026-11-22T06:00:00Z"];
        desk.run(&words).ended(0);
    }
    let ask = |number: &str| {
        let why = ["--purpose", "credit_application", "--user", "anna", "--credit-element"];
        let mut words = vec!["lookup", "--country", "DK", "--orgnr", number];
        words.extend(why);
        desk.run(&words)
    };
    ask("13585628").ended(0).says(&["clear", "remarks", "2026-11-22 06:00:00Z"]);
    ask("25313763").ended(36).says(&["R1", "payment_default"]);
    // Nobody looks up a private person without a legal basis; that is an answer, not an error.
    let words = ["lookup", "--country", "DK", "--personal-number-stdin", "--purpose", "credit_application"];
    let number = "0101700009";
    let person = desk.run_with(&[&words[..], &["--user", "anna"]].concat(), number);
    assert!(!format!("{}{}", person.out, person.err).contains(number));
    person.ended(37).says(&["unknown"]);
    desk.run_with(&[&words[..], &["--user", "anna"]].concat(), "").ended(1);

    let judge = |number: &str| {
        let identifier = format!("dk.cvr={number}");
        let why = ["--name", "Nordhavn Byg ApS", "--legal-form", "ApS", "--currency", "DKK"];
        let look = ["--purpose", "credit_application", "--user", "anna", "--credit-element"];
        desk.run(&[&["validate", "--country", "DK", "--identifier", &identifier][..], &why, &look].concat())
    };
    judge("13585628").ended(34).says(&["review", "customer C1", "failed"]);
    judge("13585629").ended(35).says(&["reject", "Identifier", "failed"]);
    let known = desk.run(&[
        "validate",
        "--customer",
        "C1",
        "--country",
        "DK",
        "--identifier",
        "dk.cvr=13585628",
        "--name",
        "Nordhavn Byg ApS",
        "--legal-form",
        "ApS",
        "--currency",
        "DKK",
        "--purpose",
        "credit_application",
        "--user",
        "anna",
        "--credit-element",
    ]);
    known.ended(0).says(&["accept", "25,000.00 DKK"]);
}

#[test]
fn every_kind_of_error_has_its_code_and_says_what_to_do() {
    let desk = Desk::furnished(Place::File);
    desk.put("bad.csv", "company,customer,currency,limit\n10,C1,DKK,ten\n");
    desk.put("short.toml", "store = \"credit.db\"\nsecrets = \"x\"\n");
    desk.put("policy_bad.toml", "name = 1\n");
    desk.reserve("C1", "SO-1", "10.00 DKK").ended(0);
    desk.put("other.db", &"no database ".repeat(1000));
    std::fs::copy(desk.path("credit.db.key"), desk.path("other.db.key")).unwrap();
    let order = ["--company", "10", "--customer", "C1", "--document", "SO-1"];
    let with = |words: &[&'static str]| [words, &order[..]].concat();
    let cases: [(Vec<&str>, i32, &[&str]); 15] = [
        (vec!["import", "limits", "bad.csv"], 1, &["bad.csv", "line 2", "limit", "nothing was imported"]),
        (vec!["call", "order.chek"], 1, &["order.check"]),
        (vec!["call", "order.check", "{\"amont\":1}"], 1, &["amont"]),
        (vec!["reserve"], 2, &["--company"]),
        (with(&["reserve", "--key", "k", "--amount", "12,50 DKK"]), 2, &["12,50", "1250.00 DKK"]),
        (vec!["import", "invoices", "bad.csv"], 2, &["customers, limits, open_items"]),
        (vec!["explain", "99"], 4, &["99"]),
        (vec!["account", "--company", "10", "--customer", "C9"], 4, &["C9", "10"]),
        (with(&["reserve", "--key", "SO-1", "--amount", "11.00 DKK"]), 5, &["SO-1"]),
        (with(&["reopen", "--key", "k2", "--amount", "11.00 DKK"]), 6, &["SO-1"]),
        (vec!["stats", "--config", "no.toml"], 8, &["no.toml"]),
        (vec!["stats", "--config", "short.toml"], 8, &["short.toml", "secrets"]),
        (vec!["policy", "check", "policy_bad.toml"], 9, &["policy_bad.toml", "line 1"]),
        (vec!["stats", "--store", "other.db"], 11, &["other.db"]),
        (vec!["import", "limits", "none.csv"], 15, &["none.csv"]),
    ];
    for (words, code, says) in cases {
        let said = desk.run(&words).ended(code);
        for word in says {
            assert!(said.err.contains(word), "{words:?}: {word:?} is not in {}", said.err);
        }
    }
    let bare = Desk::bare().run(&["stats"]).ended(8);
    assert!(bare.err.contains("obligor init"), "{}", bare.err);
    desk.run(&["backup", "credit.db"]).ended(15);
}

#[test]
fn a_request_that_is_too_large_is_not_read_to_its_end() {
    let desk = Desk::new(Place::File);
    let request = format!("{{\"text\":\"{}\"}}", "x".repeat(17 << 20));
    let said = desk.run_with(&["call", "policy.check", "-"], &request).ended(7);
    assert!(said.err.len() < 300, "{}", said.err.len());
    desk.run_with(&["call", "policy.get", "-"], "{}").ended(0);
}

on_both!(undetermined_is_neither_yes_nor_no);
fn undetermined_is_neither_yes_nor_no(place: Place) {
    let desk = Desk::furnished(place);
    let busy = desk.home.busy();
    let said = desk.reserve("C1", "SO-1", "10.00 DKK").ended(10);
    assert!(said.err.contains("same key"), "{}", said.err);
    drop(busy);
    desk.reserve("C1", "SO-1", "10.00 DKK").ended(0);
}

on_both!(a_newer_store_and_a_touched_one_are_told);
fn a_newer_store_and_a_touched_one_are_told(place: Place) {
    let desk = Desk::furnished(place);
    desk.intrude("UPDATE account SET open = open + 1 WHERE open > 0");
    desk.run(&["verify"]).ended(38).says(&["Not sound: 1 fault", "open"]);
    let found = desk.run(&["verify", "--json"]).ended(38).json();
    assert_eq!(found["faults"].as_array().unwrap().len(), 1);
    let (newer, as_before) = match place {
        Place::File => ("PRAGMA user_version = 999", ""),
        Place::Server => ("UPDATE version SET version = version + 900", "UPDATE version SET version = version - 900"),
    };
    desk.intrude(newer);
    desk.run(&["stats"]).ended(12);
    desk.intrude(as_before);
}

on_both!(rejected_rows_can_be_mended_and_imported);
fn rejected_rows_can_be_mended_and_imported(place: Place) {
    let desk = Desk::furnished(place);
    desk.put("more.csv", "company,customer,currency,limit\n10,C1,DKK,plenty\n10,C2,DKK,700.00\n");
    desk.run(&["import", "limits", "more.csv", "--dry-run"]).ended(39).says(&["1 row would be rejected"]);
    desk.about("check", "C2", &["--amount", "1.00 DKK"]).ended(34);
    desk.run(&["import", "limits", "more.csv", "--keep-going", "rejected.csv"])
        .ended(39)
        .says(&["rejected.csv", "limit"]);
    desk.about("check", "C2", &["--amount", "1.00 DKK"]).ended(0);
    let rejected = std::fs::read_to_string(desk.path("rejected.csv")).unwrap();
    assert!(rejected.contains("plenty") && !rejected.contains("700.00"), "{rejected}");
    desk.put("mended.csv", &rejected.replace("plenty", "150"));
    desk.run(&["import", "limits", "mended.csv"]).ended(0);
    desk.run(&["import", "limits", "more.csv", "--keep-going", "rejected.csv"]).ended(15);
}

on_both!(a_mapping_and_its_defaults_come_from_the_command_line);
fn a_mapping_and_its_defaults_come_from_the_command_line(place: Place) {
    let desk = Desk::new(place);
    let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/odoo/contacts.csv");
    let sample = sample.to_str().unwrap();
    desk.run(&["import", "customers", sample, "--mapping", "odoo_customers"]).ended(0);
    let defaults = ["--default", "company=10", "--default", "currency=DKK"];
    desk.run(&[&["import", "limits", sample, "--mapping", "odoo_limits"][..], &defaults].concat()).ended(0);
    desk.about("account", "C1001", &[]).ended(0).says(&["100,000.00 DKK"]);
    desk.put("b.csv", "company;customer;currency;limit;from\n10;C1001;DKK;1.250,50;01.11.2026\n");
    let format =
        ["--delimiter", ";", "--decimal", ",", "--thousands", ".", "--date", "dd.mm.yyyy", "--encoding", "utf-8"];
    desk.run(&[&["import", "limits", "b.csv"][..], &format].concat()).ended(0);
    desk.about("account", "C1001", &[]).ended(0).says(&["1,250.50 DKK", "2026-11-01"]);
}

on_both!(json_is_one_document_and_the_one_of_the_operation);
fn json_is_one_document_and_the_one_of_the_operation(place: Place) {
    let desk = Desk::furnished(place);
    desk.reserve("C1", "SO-1", "10.00 DKK").ended(0);
    let account = ["--company", "10", "--customer", "C1"];
    let commands: [&[&str]; 14] = [
        &["init"],
        &["import", "limits", "limits.csv"],
        &["account"],
        &["check", "--amount", "10 DKK"],
        &["reserve", "--amount", "10.00 DKK", "--document", "SO-2", "--key", "k2"],
        &["held", "--company", "10"],
        &["explain", "1"],
        &["replay", "1"],
        &["verify"],
        &["backup", "copy.db"],
        &["stats"],
        &["events"],
        &["policy", "show"],
        &["policy", "check", "policy.toml"],
    ];
    for words in commands {
        let account = if ["account", "check", "reserve"].contains(&words[0]) { &account[..] } else { &[] };
        let answer = desk.run(&[words, account, &["--json"]].concat()).ended(0).json();
        assert!(answer.is_object() || answer.is_array(), "{words:?}: {answer}");
    }
    let request = json!({ "company": "10", "customer": "C1", "amount": "20000.00 DKK" }).to_string();
    let called = desk.run(&["call", "order.check", &request]).ended(0).json();
    let checked = desk.about("check", "C1", &["--amount", "20000.00 DKK", "--json"]).ended(35).json();
    assert_eq!(called, checked);
    assert_eq!(checked["decision"]["reasons"][0]["sentence"], Value::Null);
    let told = desk.about("check", "C1", &["--amount", "20000.00 DKK", "--json", "--language", "nl"]).ended(35).json();
    assert!(told["decision"]["reasons"][0]["sentence"].as_str().unwrap().contains("22.020,00 DKK"), "{told}");
}

#[test]
fn policies_are_checked_explained_and_compared_without_a_credit_state() {
    let desk = Desk::bare();
    let standard = desk.run(&["policy", "profile", "standard"]).ended(0).out;
    desk.put("p.toml", &standard);
    desk.run(&["policy", "check", "p.toml"]).ended(0).says(&["valid, and nothing is odd about it"]);
    desk.put("odd.toml", &standard.replace("classes = [\"C\"]\nthen", "classes = [\"D\"]\nthen"));
    let odd = desk.run(&["policy", "check", "odd.toml"]).ended(38);
    let odd = odd.says(&["1 error, 0 warnings", "line 109", "speaks of class \"D\", which no [[class]]", "define it"]);
    assert!(odd.out.lines().all(|line| line.chars().count() <= 100), "{}", odd.out);
    let told = desk.run(&["policy", "check", "odd.toml", "--json"]).ended(38).json();
    assert_eq!((&told["name"], &told["findings"][0]["severity"]), (&json!("standard"), &json!("error")));
    desk.put("dull.toml", &standard.replace("at = [\"pick\", \"ship\"]\n", ""));
    desk.run(&["policy", "check", "dull.toml"])
        .ended(0)
        .says(&["valid, 2 warnings", "says the same as rule \"stopped\""]);

    desk.run(&["policy", "explain", "p.toml", "--language", "sv"]).ended(0).says(&["avvisas ordern", "Kreditpolicy"]);
    let told = desk.run(&["policy", "explain", "erpnext", "--json"]).ended(0).json();
    assert!(told["text"].as_str().unwrap().contains("credit limit crossed: If the exposure"), "{told}");
    desk.run(&["policy", "explain"]).ended(8);
    desk.run(&["policy", "profiles"]).ended(0).says(&["sap_dynamic", "Business Central"]);
    assert_eq!(desk.run(&["policy", "profiles", "--json"]).ended(0).json().as_array().unwrap().len(), 8);
    desk.run(&["policy", "profile", "sap"]).ended(4);

    desk.run(&["policy", "compare", "p.toml", "standard"]).ended(0).says(&[" 0 answered differently"]);
    let said = desk.run(&["policy", "compare", "sap_static", "sap_dynamic", "--examples", "1"]).ended(0);
    let said =
        said.says(&["A is \"sap_static\", version 1", "maximum document value", "A: Approved, B: On hold", "    B: "]);
    let table: Vec<_> = said.out.lines().skip(3).take_while(|line| !line.is_empty()).collect();
    assert!(table.len() > 5 && table.iter().all(|line| line.chars().count() <= 100), "{}", said.out);
    let told = desk.run(&["policy", "compare", "tryton", "erpnext", "--sample", "50", "--json"]).ended(0).json();
    assert_eq!(told["cases"], 50);
    desk.put("o.csv", "customer;currency;amount;limit\nK1;EUR;200.00;100.00\nK2;EUR;10.00;100.00\n");
    let words = ["policy", "compare", "business_central", "erpnext", "--orders", "o.csv", "--language", "da"];
    desk.run(&words).ended(0).says(&[
        "2 cases, 1 answered differently",
        "line 2 K1, 200,00 EUR",
        "B: Krediteksponeringen",
    ]);
    desk.put("o.csv", "customer;currency;amount\nK1;EUR;many\n");
    let wrong = desk.run(&words).ended(1);
    assert!(wrong.err.contains("o.csv: line 2: amount: not a decimal number"), "{}", wrong.err);
    desk.run(&["policy", "compare", "no.toml", "erpnext"]).ended(8);
}

on_both!(tables_fit_a_hundred_columns);
fn tables_fit_a_hundred_columns(place: Place) {
    let desk = Desk::furnished(place);
    let name = "A-customer-with-a-name-as-long-as-any-name-can-be-in-an-ERP-64-b";
    desk.put("long.csv", &format!("customer,name,country,company,currency\n{name},{},DK,10,DKK\n", "Æ".repeat(200)));
    desk.run(&["import", "customers", "long.csv"]).ended(0);
    let amount = ["--amount", "123456789012.00 DKK", "--document", name, "--key", "k"];
    let said = [
        desk.about("reserve", name, &amount).ended(34),
        desk.about("reserve", "C1", &["--amount", "98765432100.00 DKK", "--document", "S", "--key", "l"]).ended(35),
        desk.about("account", "C1", &[]).ended(0),
        desk.run(&["held", "--company", "10"]).ended(0),
        desk.run(&["events"]).ended(0),
        desk.run(&["stats"]).ended(0),
        desk.run(&["--help"]),
    ];
    for said in said {
        for line in said.out.lines() {
            assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::furnished(Place::File);
    for words in [&["call"][..], &["--help"], &["policy", "show"], &["stats", "--json"]] {
        let mut child = desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let said = Said::of(&child.wait_with_output().unwrap());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{words:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_printed_is_an_error_that_says_it_was_done() {
    let desk = Desk::furnished(Place::File);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let words =
        ["reserve", "--company", "10", "--customer", "C1", "--amount", "1 DKK", "--document", "S", "--key", "S"];
    let said = Said::of(&desk.command(&words).stdout(full).output().unwrap()).ended(15);
    assert!(said.err.contains("it was done") && said.err.contains("same key"), "{}", said.err);
    desk.run(&words).ended(0).says(&["the answer that this key got before"]);
}

/// Runs the program on a terminal of its own, and returns all it wrote there.
#[cfg(unix)]
fn on_a_terminal(desk: &Desk, words: &[&str], no_color: bool) -> String {
    let python = std::env::var_os("OBLIGOR_PYTHON").unwrap_or_else(|| "python3".into());
    let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let mut command = Command::new(&python);
    command
        .args(["-c", script, PROGRAM])
        .args(words)
        .current_dir(desk.home.folder.path())
        .env("TERM", "xterm-256color");
    if no_color {
        command.env("NO_COLOR", "1")
    } else {
        command.env_remove("NO_COLOR")
    };
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python:?} cannot be run ({error}): install Python 3.9 or later"));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    text
}

#[cfg(unix)]
#[test]
fn colours_and_progress_are_for_terminals() {
    let desk = Desk::furnished(Place::File);
    let check = ["check", "--company", "10", "--customer", "C1", "--amount", "1.00 DKK"];
    let color = |more: &[&'static str]| [&check[..], more].concat();
    assert!(on_a_terminal(&desk, &check, false).contains("\u{1b}["));
    assert!(!on_a_terminal(&desk, &check, true).contains("\u{1b}["), "NO_COLOR was not honoured");
    assert!(!on_a_terminal(&desk, &color(&["--color", "never"]), false).contains("\u{1b}["));
    assert!(on_a_terminal(&desk, &color(&["--color", "always"]), true).contains("\u{1b}["));
    assert!(!desk.run(&check).out.contains('\u{1b}'));
    assert!(desk.run(&color(&["--color", "always"])).out.contains('\u{1b}'));

    let mut items = String::from("company,customer,number,currency,residual,due\n");
    (0..5000).for_each(|n| items.push_str(&format!("10,C1,N{n},DKK,1.00,2026-12-20\n")));
    desk.put("many.csv", &items);
    let import = ["import", "open_items", "many.csv"];
    assert!(on_a_terminal(&desk, &import, false).contains("rows,"), "no progress was shown");
    assert_eq!(desk.run(&import).err, "");
    let copy = ["migrate", "--from", "credit.db", "--to", "copy.db", "--keep"];
    assert!(on_a_terminal(&desk, &copy, false).contains("copying item"), "no progress was shown");
}
