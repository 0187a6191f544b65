//! Files of the operating system.

use std::io::ErrorKind;

use ottla_base::ByteSource;
use ottla_io::{DiskError, Open, run_os};

use crate::temp_dir::TempDir;

#[test]
fn files_keep_what_is_written_where_it_is_written() {
    let dir = TempDir::new();
    run_os(1, |io| async move {
        let file = io.disk().open(dir.path("f"), Open::CreateNew).unwrap();
        file.write_at(3, b"defg").unwrap();
        file.write_all_vectored_at(0, &[b"a", b"", b"bc"]).unwrap();
        file.sync_data().unwrap();
        let mut all = [0; 16];
        assert_eq!(file.read_at(0, &mut all).unwrap(), 7);
        assert_eq!(&all[..7], b"abcdefg");
        assert_eq!(ByteSource::len(&file), 7);
        file.set_len(2).unwrap();
        assert_eq!(file.len().unwrap(), 2);
        assert_eq!(file.read_at(2, &mut all).unwrap(), 0);
        assert_eq!(io.disk().read(dir.path("f"), 2).unwrap(), b"ab");
        let too_large = io.disk().read(dir.path("f"), 1).unwrap_err();
        assert_eq!(too_large.kind(), ErrorKind::FileTooLarge);
    });
}

#[test]
fn directories_are_listed_by_name() {
    let dir = TempDir::new();
    run_os(1, |io| async move {
        let disk = io.disk();
        disk.create_dir_all(dir.path("t/b-0")).unwrap();
        disk.create_dir_all(dir.path("t/b-0")).unwrap();
        disk.write_atomic(dir.path("t/c"), b"1").unwrap();
        disk.write_atomic(dir.path("t/c"), b"123").unwrap();
        disk.write_atomic(dir.path("t/a"), b"").unwrap();
        let names: Vec<_> = disk.list(dir.path("t")).unwrap();
        let names: Vec<_> = names.iter().map(|e| (e.name.as_str(), e.is_dir)).collect();
        assert_eq!(names, [("a", false), ("b-0", true), ("c", false)]);
        assert_eq!(disk.list(dir.path("t")).unwrap()[2].len, 3);
        disk.rename(dir.path("t"), dir.path("u")).unwrap();
        assert!(!disk.exists(dir.path("t")).unwrap());
        disk.remove_file(dir.path("u/c")).unwrap();
        disk.sync_dir(dir.path("u")).unwrap();
        disk.remove_dir_all(dir.path("u")).unwrap();
        assert_eq!(disk.list(dir.dir()).unwrap(), []);
        assert!(disk.free_bytes(dir.dir()).unwrap() <= disk.total_bytes(dir.dir()).unwrap());
    });
}

#[test]
fn errors_name_operation_and_path() {
    let dir = TempDir::new();
    run_os(1, |io| async move {
        let path = dir.path("missing");
        let error = io.disk().open(&path, Open::Write).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().starts_with(&format!("open {}: ", path.display())), "{error}");
        let inner = error.get_ref().and_then(|e| e.downcast_ref::<DiskError>()).unwrap();
        assert_eq!((inner.operation.as_ref(), &inner.path), ("open", &path));
        io.disk().open(&path, Open::Create).unwrap();
        let again = io.disk().open(&path, Open::CreateNew).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
    });
}

#[test]
fn a_lock_is_held_until_it_is_dropped() {
    let dir = TempDir::new();
    run_os(1, |io| async move {
        let path = dir.path(".lock");
        let lock = io.disk().lock(&path).unwrap();
        assert_eq!(io.disk().lock(&path).unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(lock);
        io.disk().lock(&path).unwrap();
    });
}

#[test]
fn what_is_not_in_memory_is_loaded_without_a_copy() {
    use rustix::fs::{Advice, fadvise};
    let dir = TempDir::new();
    run_os(1, |io| async move {
        let content: Vec<u8> = (0..1 << 20).map(|at: u32| (at >> 8) as u8).collect();
        let file = io.disk().open(dir.path("f"), Open::CreateNew).unwrap();
        file.write_at(0, &content).unwrap();
        let all = content.len() as u64;
        let mut read = vec![0; content.len()];
        assert!(file.is_cached(0, all), "what was just written is in memory");
        assert_eq!(file.read_cached(0, &mut read).unwrap(), content.len());
        assert!(file.is_cached(0, 0));
        file.sync_data().unwrap();

        // Advice: a file system that has only memory keeps everything.
        let descriptor = std::fs::File::open(dir.path("f")).unwrap();
        fadvise(&descriptor, 0, None, Advice::DontNeed).unwrap();
        if !file.is_cached(5_000, all - 5_000) {
            assert!(file.read_cached(5_000, &mut read[5_000..]).unwrap() < content.len() - 5_000);
        }
        file.load(5_000, all).unwrap();
        assert!(file.is_cached(5_000, all - 5_000), "it was loaded");
        assert_eq!(file.read_cached(5_000, &mut read[5_000..]).unwrap(), content.len() - 5_000);
        assert_eq!(read, content);
        file.load(2 * all, 1).unwrap();
    });
}
