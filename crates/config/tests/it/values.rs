//! What texts are read as, and the errors when they cannot be, are Kafka's word for word.

use ottla_config::{Setting, broker_setting, dynamic_broker_setting, group_setting, topic_setting};

#[test]
fn texts_are_read_as_kafka_reads_them() {
    let mut setting = None;
    let mut answer = "";
    let mut compared = 0;
    for line in include_str!("../../testdata/values.txt").lines() {
        if let Some(texts) = line.strip_prefix("    \"") {
            let setting: &Setting = setting.expect("a setting comes first");
            let texts = texts.strip_suffix('"').expect("texts are quoted");
            for text in texts.split("\" \"") {
                check(setting, text, answer);
                compared += 1;
            }
        } else if let Some(theirs) = line.strip_prefix("  ") {
            answer = theirs;
        } else {
            setting = Some(find(line));
        }
    }
    assert!(compared > 10_000, "{compared} texts");
}

fn find(line: &str) -> &'static Setting {
    let (kind, name) = line.split_once(' ').expect("kind and name");
    let found = match kind {
        "topic" => topic_setting(name),
        "group" => group_setting(name),
        _ => dynamic_broker_setting(name).or_else(|| broker_setting(name)),
    };
    found.unwrap_or_else(|| panic!("{line} is not declared"))
}

fn check(setting: &Setting, text: &str, theirs: &str) {
    let ours = match setting.parse(text) {
        Ok(value) => match value.text() {
            Some(read) if read == text => "= {}".to_owned(),
            read => format!("= {}", read.unwrap_or_else(|| "null".to_owned())),
        },
        Err(error) => {
            let message = error.message.replace(&format!("value {text} for"), "value {} for");
            format!("! {}", message.replace(&format!("`{text}`"), "`{}`"))
        }
    };
    assert_eq!(ours, theirs, "{} = {text:?}", setting.name);
}
