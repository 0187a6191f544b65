//! `testdata/<verb>/*.txt`: what clients send and what they are told, one behaviour a file.

use std::path::Path;

use ottla_testkit::script::check_all;

/// A test for every folder, and none is forgotten.
macro_rules! folders {
    ($($folder:ident)*) => {
        $(#[test]
        fn $folder() {
            check_all(&testdata().join(stringify!($folder)));
        })*

        #[test]
        #[expect(clippy::disallowed_methods, reason = "scripts are files of this repository")]
        fn every_folder_is_run() {
            let mut found: Vec<_> = std::fs::read_dir(testdata())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            assert_eq!(found, [$(stringify!($folder)),*]);
        }
    };
}

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

folders! {
    alter_configs
    api_versions
    create_partitions
    create_topics
    delete_records
    delete_topics
    describe_cluster
    describe_configs
    describe_log_dirs
    describe_quorum
    describe_topic_partitions
    elect_leaders
    fetch
    incremental_alter_configs
    init_producer_id
    list_config_resources
    list_offsets
    metadata
    node
    offset_for_leader_epoch
    produce
    topic_settings
    unregister_broker
    update_features
}

/// Every setting of a topic has a script of its name, which shows that it acts.
#[test]
#[expect(clippy::disallowed_methods, reason = "scripts are files of this repository")]
fn every_topic_setting_has_its_script() {
    for setting in ottla_config::topic_settings() {
        let script = testdata().join("topic_settings").join(format!("{}.txt", setting.name));
        assert!(script.is_file(), "{script:?} is missing");
    }
}
