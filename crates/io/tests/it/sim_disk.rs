//! The simulated disk while nothing crashes: it behaves as the operating system's, and refuses
//! what it is told to refuse.

use std::io::ErrorKind;

use ottla_io::sim::World;
use ottla_io::{Disk, Open, run_os};

use crate::temp_dir::TempDir;

/// A round of calls, with every outcome written down.
fn outcomes(disk: &Disk, root: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut note = |what: &str, outcome: String| seen.push(format!("{what}: {outcome}"));
    let kind = |result: std::io::Result<()>| result.map_err(|error| error.kind());
    let at = |path: &str| format!("{root}/{path}");
    note("mkdir", format!("{:?}", kind(disk.create_dir_all(at("a/b")))));
    note("missing parent", format!("{:?}", kind(disk.open(at("x/y"), Open::Create).map(drop))));
    note("missing", format!("{:?}", kind(disk.open(at("y"), Open::Write).map(drop))));
    let file = disk.open(at("a/f"), Open::CreateNew).unwrap();
    note("again", format!("{:?}", kind(disk.open(at("a/f"), Open::CreateNew).map(drop))));
    note("below a file", format!("{:?}", kind(disk.create_dir_all(at("a/f/g")))));
    file.write_at(10_000, b"far").unwrap();
    file.write_at(0, &[7; 5000]).unwrap();
    file.set_len(4000).unwrap();
    file.set_len(4500).unwrap();
    file.write_all_vectored_at(4499, &[b"ab", b"c"]).unwrap();
    let content = disk.read(at("a/f"), 1 << 20).unwrap();
    note("content", format!("{} {:08x}", content.len(), ottla_base::crc32c(&content)));
    let reader = disk.open(at("a/f"), Open::Read).unwrap();
    note("read only", format!("{}", reader.write_at(0, b"x").is_err()));
    note("file over dir", format!("{:?}", kind(disk.rename(at("a/f"), at("a/b")))));
    note("dir over file", format!("{:?}", kind(disk.rename(at("a/b"), at("a/f")))));
    note("move", format!("{:?}", kind(disk.rename(at("a/f"), at("a/b/f")))));
    note(
        "dir over full dir",
        format!(
            "{:?}",
            kind({
                disk.create_dir_all(at("c")).unwrap();
                disk.rename(at("c"), at("a/b"))
            })
        ),
    );
    note("dir over empty dir", format!("{:?}", kind(disk.rename(at("a/b"), at("c")))));
    note("remove a dir as a file", format!("{}", disk.remove_file(at("c")).is_err()));
    disk.remove_file(at("c/f")).unwrap();
    note("gone", format!("{:?} {}", disk.exists(at("c/f")).unwrap(), reader.len().unwrap()));
    disk.write_atomic(at("c/w"), b"one").unwrap();
    disk.write_atomic(at("c/w"), b"two").unwrap();
    for entry in disk.list(at("c")).unwrap() {
        note("entry", format!("{} {} {}", entry.name, entry.is_dir, entry.len));
    }
    note("list a file", format!("{:?}", kind(disk.list(at("c/w")).map(drop))));
    note("remove all", format!("{:?}", kind(disk.remove_dir_all(at("c")))));
    note("remove all again", format!("{:?}", kind(disk.remove_dir_all(at("c")))));
    let lock = disk.lock(at(".lock")).unwrap();
    note("locked", format!("{:?}", kind(disk.lock(at(".lock")).map(drop))));
    drop(lock);
    note("unlocked", format!("{:?}", kind(disk.lock(at(".lock")).map(drop))));
    seen
}

#[test]
fn both_worlds_answer_alike() {
    let dir = TempDir::new();
    let root = dir.dir().to_str().unwrap().to_owned();
    let real = run_os(1, |io| async move { outcomes(&io.disk(), &root) });
    let world = World::new(1);
    world.node("n").disk().create_dir_all("/data").unwrap();
    assert_eq!(outcomes(&world.node("n").disk(), "/data"), real);
}

#[test]
fn a_full_disk_takes_what_fits_and_frees_what_is_removed() {
    let world = World::new(1);
    world.set_disk_capacity("n", 8192);
    let disk = world.node("n").disk();
    let file = disk.open("f", Open::Create).unwrap();
    let error = file.write_at(0, &[1; 10_000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    assert!(error.to_string().starts_with("write f: "), "{error}");
    assert_eq!(file.len().unwrap(), 8192);
    assert_eq!(disk.free_bytes("/").unwrap(), 0);
    file.write_at(100, b"overwriting needs no room").unwrap();
    drop(file);
    disk.remove_file("f").unwrap();
    disk.sync_dir("/").unwrap();
    assert_eq!(disk.free_bytes("/").unwrap(), 8192);
}

#[test]
fn reads_and_syncs_fail_on_demand() {
    let world = World::new(1);
    let file = world.node("n").disk().open("f", Open::Create).unwrap();
    file.write_at(0, b"content").unwrap();
    world.fail_reads("n", true);
    assert!(file.read_at(0, &mut [0; 4]).unwrap_err().to_string().starts_with("read f: "));
    world.fail_reads("n", false);
    assert_eq!(file.read_at(0, &mut [0; 4]).unwrap(), 4);
    world.fail_syncs("n", 1);
    assert!(file.sync_data().unwrap_err().to_string().starts_with("sync f: "));
    file.sync_data().unwrap();
}

#[test]
fn rot_flips_one_bit() {
    let world = World::new(1);
    let disk = world.node("n").disk();
    assert_eq!(world.rot("n", "f"), None);
    disk.write_atomic("f", &[0; 1000]).unwrap();
    let position = world.rot("n", "f").unwrap() as usize;
    let content = disk.read("f", 1000).unwrap();
    assert_eq!(content[position].count_ones(), 1);
    assert_eq!(content.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
}
