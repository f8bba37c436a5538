//! Certificates for a server, from an authority made for it.

use std::path::{Path, PathBuf};

use super::machine::{User, command, program, run};

/// Writes into a folder: `ca.pem`, the authority; `server.pem` and `server.key`, for `localhost`, 127.0.0.1 and
/// `credit.test`, a name that nobody resolves, signed by it; and `stranger.pem`, an authority that signed nothing. They are good for two days.
pub(super) fn certificates(folder: &Path, user: User) {
    let openssl = |words: &str| {
        run(command(program("openssl", "openssl")).current_dir(folder).args(words.split(' ')));
    };
    let settings = "[req]\ndistinguished_name = name\n[name]\n\
        [ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\nsubjectKeyIdentifier = hash\n\
        [server]\nbasicConstraints = critical, CA:FALSE\nextendedKeyUsage = serverAuth\n\
        subjectAltName = DNS:localhost, DNS:credit.test, IP:127.0.0.1\n";
    std::fs::write(folder.join("settings"), settings).unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config settings";
    for name in ["ca", "stranger"] {
        let ends = "-days 2 -extensions ca";
        openssl(&format!("req -x509 {key} {ends} -subj /CN=obligor-{name} -keyout {name}.key -out {name}.pem"));
    }
    openssl(&format!("req {key} -subj /CN=localhost -keyout server.key -out server.csr"));
    let signer = "-CA ca.pem -CAkey ca.key -CAcreateserial";
    openssl(&format!("x509 -req -in server.csr {signer} -days 2 -extfile settings -extensions server -out server.pem"));
    // The server refuses a key that others may read.
    user.own(&folder.join("server.key"));
}

/// The two authorities in such a folder: the one that signed, and the stranger.
pub(super) fn authorities(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("ca.pem"), folder.join("stranger.pem"))
}
