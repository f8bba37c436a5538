//! Small disks of a test's own, which can be filled, and whose files can be made unchangeable.
//!
//! They are real file systems, mounted where only the threads of the test see them: nothing is left of them, however the
//! test ends. `mount` is in Debian's package of that name, `mkfs.ext4` and `chattr` are in `e2fsprogs`. It needs root.
#![allow(unsafe_code, reason = "a thread gets a view of the file systems, and a user, of its own")]

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use crate::common::places::postgres_server::machine::{User, command, program, run};

/// A small disk.
pub(crate) struct Disk {
    /// Where it is mounted, as `disk`; an image of it lies beside.
    folder: TempDir,
}

impl Disk {
    /// A disk in memory, of so many KiB.
    pub(crate) fn in_memory(kibibytes: u64) -> Self {
        let disk = Self::new();
        disk.mount(&["-t", "tmpfs", "-o", &format!("size={kibibytes}k,mode=777"), "obligor-test"]);
        disk
    }

    /// A disk with ext4, of 16 MiB. Only there are files that can be made unchangeable while they are open.
    pub(crate) fn ext4() -> Self {
        let disk = Self::new();
        File::create(disk.image()).and_then(|file| file.set_len(16 << 20)).unwrap();
        run(command(program("mkfs.ext4", "e2fsprogs")).args(["-q", "-m", "0"]).arg(disk.image()));
        disk.mount(&["-o", "loop", disk.image().to_str().unwrap()]);
        disk
    }

    /// Has ext4 do what it does when it meets an error: nothing can be written any more.
    pub(crate) fn abort(&self) {
        self.mount(&["-o", "remount,abort"]);
    }

    /// Mounts it anew, as after a repair; nobody may have a file of it open.
    pub(crate) fn mend(&self) {
        run(command(program("umount", "mount")).arg(self.path()));
        self.mount(&["-o", "loop", self.image().to_str().unwrap()]);
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn new() -> Self {
        assert_eq!(User::myself().uid, 0, "a disk of a test's own needs root: run this test as root");
        // SAFETY: a plain call, about this thread alone; those it starts see what it sees.
        let alone = unsafe { libc::unshare(libc::CLONE_NEWNS) };
        let why = std::io::Error::last_os_error();
        assert_eq!(alone, 0, "a disk of a test's own needs the right to mount (CAP_SYS_ADMIN): {why}");
        run(command(program("mount", "mount")).args(["--make-rprivate", "/"]));
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(folder.path(), Some(0), Some(0)).unwrap();
        run(command("chmod").arg("755").arg(folder.path()));
        std::fs::create_dir(folder.path().join("disk")).unwrap();
        Self { folder }
    }

    fn mount(&self, what: &[&str]) {
        run(command(program("mount", "mount")).args(what).arg(self.path()));
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Fills it, but for so many bytes.
    pub(crate) fn fill(&self, but: u64) {
        let ballast = self.join("ballast");
        let mut file = OpenOptions::new().append(true).create(true).open(&ballast).unwrap();
        for size in [1 << 16, 1 << 12, 1] {
            let piece = vec![7; size];
            loop {
                match file.write(&piece) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(but)).unwrap();
        // Where room is given when it is written to disk, it must be known to be gone.
        let _ = file.sync_all();
    }

    /// Makes room again.
    pub(crate) fn free(&self) {
        // Emptied first: a process that is just being started by another test may have it open still.
        File::create(self.join("ballast")).unwrap();
        std::fs::remove_file(self.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a test that failed may have files of it open.
        let _ = command(program("umount", "mount")).arg("-l").arg(self.path()).status();
    }
}

/// Makes a file unchangeable, also for those who have it open, or takes that back.
pub(crate) fn unchangeable(path: &Path, yes: bool) {
    run(command(program("chattr", "e2fsprogs")).arg(if yes { "+i" } else { "-i" }).arg(path));
}

/// Does work with the rights of an ordinary user, as far as files are concerned, on this thread.
pub(crate) fn as_an_ordinary_user<T>(work: impl FnOnce() -> T) -> T {
    let _rights = Rights::of(User::unprivileged());
    work()
}

/// Root's rights come back when it is dropped.
struct Rights;

impl Rights {
    fn of(user: User) -> Self {
        // SAFETY: plain calls, about this thread alone.
        let (uid, gid) = unsafe { (libc::setfsuid(user.uid), libc::setfsgid(user.gid)) };
        assert_eq!((uid, gid), (0, 0), "who has no rights to lose proves nothing: run this test as root");
        Self
    }
}

impl Drop for Rights {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { (libc::setfsuid(0), libc::setfsgid(0)) };
    }
}

/// Writes over a piece of a file, behind the back of whoever has it open. Another process does it: were this one to close
/// the file, SQLite's locks on it would be gone.
pub(crate) fn overwrite(path: &Path, at: usize, bytes: &[u8]) {
    let mut dd = command("dd");
    dd.args(["status=none", "conv=notrunc", "oflag=seek_bytes"]).arg(format!("seek={at}")).stdin(Stdio::piped());
    let mut dd = dd.arg(format!("of={}", path.display())).spawn().unwrap();
    dd.stdin.take().unwrap().write_all(bytes).unwrap();
    assert!(dd.wait().unwrap().success());
}
