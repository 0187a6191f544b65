"""Topics and settings asked for wrongly."""

import time

from hostile import case, error
from wire import (
    CREATE_PARTITIONS,
    CREATE_TOPICS,
    DELETE_RECORDS,
    DELETE_TOPICS,
    DESCRIBE_CONFIGS,
    DESCRIBE_LOG_DIRS,
    I8,
    I16,
    I32,
    I64,
    INCREMENTAL_ALTER_CONFIGS,
    INIT_PRODUCER_ID,
    TAGS,
    array,
    compact,
    compact_array,
    string,
)

TOPIC, BROKER = 2, 4
SET, DELETE, APPEND, SUBTRACT = 0, 1, 2, 3
COORDINATOR_LOAD_IN_PROGRESS = 14


def create_request(topics, validate_only=False):
    """CreateTopics v4."""
    return array(topics) + I32(15000) + I8(int(validate_only))


def new_topic(name, partitions=1, factor=1, assignment=(), configs=None):
    replicas = [I32(index) + array([I32(broker) for broker in brokers]) for index, brokers in assignment]
    settings = [string(key) + string(value) for key, value in (configs or {}).items()]
    return string(name) + I32(partitions) + I16(factor) + array(replicas) + array(settings)


def create_answers(reader):
    reader.i32()
    return [(code, message) for _, code, message in reader.array(lambda: (reader.string(), reader.i16(), reader.string()))]


def create_topic(server, name, partitions=1, factor=1, assignment=(), configs=None, validate_only=False):
    """Creates one topic; the error's number and message."""
    topic = new_topic(name, partitions, factor, assignment, configs)
    return create_answers(server.ask(CREATE_TOPICS, 4, create_request([topic], validate_only)))[0]


def created(server, name, *args, **more):
    return error(*create_topic(server, name, *args, **more))


def fresh(server, end):
    return f"{server.prefix}-{end}"


# Names.

NAMES = {
    "empty": "",
    "one_dot": ".",
    "two_dots": "..",
    "slash": "a/b",
    "path_up": "../../etc/passwd",
    "backslash": "a\\b",
    "space": "a b",
    "nul": "a\0b",
    "newline": "a\nb",
    "not_ascii": "süß",
    "colon": "a:b",
    "250_characters": "n" * 250,
}


def _name_case(label, name):
    @case(f"create_topic/name_{label}")
    def name_case(server):
        return created(server, name)


for _label, _name in NAMES.items():
    _name_case(_label, _name)


@case("create_topic/name_249_characters")
def name_longest(server):
    return created(server, (fresh(server, "") + "n" * 249)[:249])


@case("create_topic/name_null")
def name_null(server):
    return created(server, None)


@case("create_topic/name_not_utf8")
def name_not_utf8(server):
    return created(server, b"\xff\xfe")


@case("create_topic/name_collides_by_dot_and_underscore")
def name_collides(server):
    created(server, fresh(server, "dot.ted"))
    return created(server, fresh(server, "dot_ted"))


@case("create_topic/exists")
def name_exists(server):
    return created(server, server.topic())


@case("create_topic/cluster_metadata")
def name_cluster_metadata(server):
    return created(server, "__cluster_metadata")


@case("create_topic/same_name_twice_in_one_request")
def name_twice(server):
    topic = new_topic(fresh(server, "twice"))
    answers = create_answers(server.ask(CREATE_TOPICS, 4, create_request([topic, topic])))
    return ", ".join(error(*answer) for answer in answers)


@case("create_topic/bad_one_beside_a_good_one")
def name_beside(server):
    topics = [new_topic(fresh(server, "good")), new_topic("bad name")]
    answers = create_answers(server.ask(CREATE_TOPICS, 4, create_request(topics)))
    return ", ".join(sorted(error(code) for code, _ in answers))


@case("create_topic/no_topics")
def no_topics(server):
    return f"{len(create_answers(server.ask(CREATE_TOPICS, 4, create_request([]))))} answers"


# Counts and assignments.


@case("create_topic/partitions_0")
def partitions_0(server):
    return created(server, fresh(server, "p0"), 0)


@case("create_topic/partitions_minus_1_is_the_default")
def partitions_default(server):
    return created(server, fresh(server, "pd"), -1, -1)


@case("create_topic/partitions_minus_2")
def partitions_negative(server):
    return created(server, fresh(server, "p-2"), -2)


@case("create_topic/partitions_maximum_int")
def partitions_maximum(server):
    return created(server, fresh(server, "pmax"), (1 << 31) - 1)


@case("create_topic/partitions_10001")
def partitions_many(server):
    return created(server, fresh(server, "p10001"), 10001)


@case("create_topic/replication_factor_0")
def factor_0(server):
    return created(server, fresh(server, "f0"), 1, 0)


@case("create_topic/replication_factor_2_with_1_broker")
def factor_2(server):
    return created(server, fresh(server, "f2"), 1, 2)


@case("create_topic/replication_factor_minus_2")
def factor_negative(server):
    return created(server, fresh(server, "f-2"), 1, -2)


@case("create_topic/assignment_and_counts")
def assignment_and_counts(server):
    return created(server, fresh(server, "a1"), 1, 1, [(0, [1])])


@case("create_topic/assignment")
def assignment(server):
    return created(server, fresh(server, "a2"), -1, -1, [(0, [1]), (1, [1])])


@case("create_topic/assignment_to_an_unknown_broker")
def assignment_unknown(server):
    return created(server, fresh(server, "a3"), -1, -1, [(0, [77])])


@case("create_topic/assignment_names_a_broker_twice")
def assignment_twice(server):
    return created(server, fresh(server, "a4"), -1, -1, [(0, [1, 1])])


@case("create_topic/assignment_skips_a_partition")
def assignment_gap(server):
    return created(server, fresh(server, "a5"), -1, -1, [(0, [1]), (2, [1])])


@case("create_topic/assignment_partition_twice")
def assignment_same(server):
    return created(server, fresh(server, "a6"), -1, -1, [(0, [1]), (0, [1])])


@case("create_topic/assignment_empty_replicas")
def assignment_empty(server):
    return created(server, fresh(server, "a7"), -1, -1, [(0, [])])


@case("create_topic/validate_only_creates_nothing")
def validate_only(server):
    name = fresh(server, "v")
    first = created(server, name, validate_only=True)
    return f"{first}, then {created(server, name, validate_only=True)}"


# Settings at creation.

SETTINGS = {
    "unknown": ("no.such.setting", "1"),
    "not_a_number": ("retention.ms", "soon"),
    "below_range": ("segment.bytes", "13"),
    "above_int": ("segment.bytes", "4294967296"),
    "bad_enum": ("cleanup.policy", "shred"),
    "bad_enum_in_list": ("cleanup.policy", "delete,shred"),
    "bad_codec": ("compression.type", "brotli"),
    "bad_boolean": ("preallocate", "maybe"),
    "bad_ratio": ("min.cleanable.dirty.ratio", "1.5"),
    "min_insync_0": ("min.insync.replicas", "0"),
    "zstd_level_999": ("compression.zstd.level", "999"),
    "null_value": ("retention.ms", None),
    "empty_value": ("retention.ms", ""),
    "empty_name": ("", "1"),
    "spaces_are_trimmed": ("retention.ms", " 1000 "),
    "compact_and_delete": ("cleanup.policy", "compact,delete"),
    "negative_retention": ("retention.ms", "-1"),
    "retention_minus_2": ("retention.ms", "-2"),
    "segment_bytes_1_mib_less_1": ("segment.bytes", "1048575"),
    "message_timestamp_type": ("message.timestamp.type", "Tomorrow"),
    "message_timestamp_type_case": ("message.timestamp.type", "logappendtime"),
    "remote_storage_without_system": ("remote.storage.enable", "true"),
    "removed_message_format": ("message.format.version", "2.8"),
}


def _setting_case(label, key, value):
    @case(f"create_topic/setting_{label}")
    def setting_case(server):
        return created(server, fresh(server, f"s-{label}"), configs={key: value})


for _label, (_key, _value) in SETTINGS.items():
    _setting_case(_label, _key, _value)


# Deleting and growing.


def delete(server, name):
    """DeleteTopics v5: one topic by name."""
    reader = server.ask(DELETE_TOPICS, 5, compact_array([compact(name)]) + I32(15000) + TAGS, True)
    reader.i32()

    def one():
        _, code, message = reader.compact(), reader.i16(), reader.compact()
        reader.tags()
        return code, message

    return error(*reader.compact_array(one)[0])


@case("delete_topic/unknown")
def delete_unknown(server):
    return delete(server, fresh(server, "not-there"))


@case("delete_topic/path_up")
def delete_path(server):
    return delete(server, "../data")


@case("delete_topic/twice")
def delete_twice(server):
    name = server.topic()
    return f"{delete(server, name)}, then {delete(server, name)}"


@case("delete_topic/unknown_id")
def delete_unknown_id(server):
    topic = compact(None) + b"\x11" * 16 + TAGS
    reader = server.ask(DELETE_TOPICS, 6, compact_array([topic]) + I32(15000) + TAGS, True)
    reader.i32()

    def one():
        reader.compact(), reader.take(16)
        return reader.i16(), reader.compact()

    return error(*reader.compact_array(one)[0])


def grow(server, name, count, assignments=None):
    """CreatePartitions v1."""
    topic = string(name) + I32(count)
    topic += array(None if assignments is None else [array([I32(b) for b in one]) for one in assignments])
    reader = server.ask(CREATE_PARTITIONS, 1, array([topic]) + I32(15000) + I8(0))
    reader.i32()
    return error(*reader.array(lambda: (reader.string(), reader.i16(), reader.string()))[0][1:])


@case("create_partitions/fewer")
def grow_fewer(server):
    return grow(server, server.topic(partitions=3), 2)


@case("create_partitions/same")
def grow_same(server):
    return grow(server, server.topic(partitions=3), 3)


@case("create_partitions/zero")
def grow_zero(server):
    return grow(server, server.topic(), 0)


@case("create_partitions/negative")
def grow_negative(server):
    return grow(server, server.topic(), -1)


@case("create_partitions/unknown_topic")
def grow_unknown(server):
    return grow(server, fresh(server, "not-there"), 3)


@case("create_partitions/illegal_topic")
def grow_illegal(server):
    return grow(server, "..", 3)


@case("create_partitions/maximum_int")
def grow_maximum(server):
    return grow(server, server.topic(), (1 << 31) - 1)


@case("create_partitions/assignment_of_wrong_length")
def grow_assignment(server):
    return grow(server, server.topic(), 3, [[1]])


@case("create_partitions/assignment_to_an_unknown_broker")
def grow_assignment_unknown(server):
    return grow(server, server.topic(), 2, [[77]])


# Deleting records.


def delete_records(server, name, partition, offset):
    topic = string(name) + array([I32(partition) + I64(offset)])
    reader = server.ask(DELETE_RECORDS, 1, array([topic]) + I32(5000))
    reader.i32()
    reader.i32(), reader.string(), reader.i32(), reader.i32()
    low = reader.i64()
    return f"low watermark {low} {error(reader.i16())}"


@case("delete_records/beyond_the_end")
def delete_records_beyond(server):
    return delete_records(server, server.topic(), 0, 5)


@case("delete_records/minus_2")
def delete_records_negative(server):
    return delete_records(server, server.topic(), 0, -2)


@case("delete_records/minus_1_is_the_end")
def delete_records_end(server):
    return delete_records(server, server.topic(), 0, -1)


@case("delete_records/unknown_topic")
def delete_records_unknown(server):
    return delete_records(server, fresh(server, "not-there"), 0, 0)


@case("delete_records/unknown_partition")
def delete_records_partition(server):
    return delete_records(server, server.topic(), 9, 0)


@case("delete_records/cluster_metadata")
def delete_records_metadata(server):
    return delete_records(server, "__cluster_metadata", 0, 0)


# Changing settings.


def alter(server, kind, name, changes, validate_only=False):
    """IncrementalAlterConfigs v1 on one resource."""
    settings = [compact(key) + I8(operation) + compact(value) + TAGS for key, operation, value in changes]
    resource = I8(kind) + compact(name) + compact_array(settings) + TAGS
    body = compact_array([resource]) + I8(int(validate_only)) + TAGS
    reader = server.ask(INCREMENTAL_ALTER_CONFIGS, 1, body, True)
    reader.i32()
    return error(*reader.compact_array(lambda: (reader.i16(), reader.compact()))[0])


def _alter_case(label, *changes, kind=TOPIC, name=None):
    @case(f"alter_config/{label}")
    def alter_case(server):
        name_of_it = server.topic() if name is None else name
        answer = alter(server, kind, name_of_it, changes)
        if kind == BROKER:  # leaves the server as it was
            alter(server, kind, name_of_it, [(key, DELETE, None) for key, _, _ in changes])
        return answer


_alter_case("unknown_setting", ("no.such.setting", SET, "1"))
_alter_case("bad_value", ("retention.ms", SET, "soon"))
_alter_case("null_value", ("retention.ms", SET, None))
_alter_case("append_to_a_number", ("retention.ms", APPEND, "1"))
_alter_case("append_to_a_list", ("cleanup.policy", APPEND, "compact"))
_alter_case("subtract_from_a_list", ("cleanup.policy", SUBTRACT, "delete"))
_alter_case("operation_9", ("retention.ms", 9, "1"))
_alter_case("same_setting_twice", ("retention.ms", SET, "1"), ("retention.ms", SET, "2"))
_alter_case("delete_what_is_not_set", ("retention.ms", DELETE, None))
_alter_case("no_changes")
_alter_case("unknown_topic", ("retention.ms", SET, "1"), name="not-there-at-all")
_alter_case("illegal_topic", ("retention.ms", SET, "1"), name="..")
_alter_case("resource_type_99", ("retention.ms", SET, "1"), kind=99, name="x")
_alter_case("resource_type_unknown_0", ("retention.ms", SET, "1"), kind=0, name="x")
_alter_case("broker_read_only_setting", ("log.dirs", SET, "/tmp/x"), kind=BROKER, name="1")
_alter_case("broker_unknown_setting", ("no.such.setting", SET, "1"), kind=BROKER, name="1")
_alter_case("broker_bad_value", ("log.retention.ms", SET, "soon"), kind=BROKER, name="1")
_alter_case("broker_name_not_a_number", ("log.retention.ms", SET, "1000"), kind=BROKER, name="one")
_alter_case("broker_unknown_id", ("log.retention.ms", SET, "1000"), kind=BROKER, name="77")
_alter_case("broker_per_broker_setting_as_default", ("listeners", SET, "PLAINTEXT://:1"), kind=BROKER, name="")


@case("alter_config/validate_only_changes_nothing")
def alter_validate_only(server):
    name = server.topic()
    answer = alter(server, TOPIC, name, [("retention.ms", SET, "1234")], validate_only=True)
    return f"{answer}, retention.ms {describe(server, TOPIC, name, ['retention.ms'])[2].get('retention.ms')}"


def describe(server, kind, name, keys=None):
    """DescribeConfigs v1 of one resource: error, message, settings."""
    resource = I8(kind) + string(name) + array(None if keys is None else [string(k) for k in keys])
    reader = server.ask(DESCRIBE_CONFIGS, 1, array([resource]) + I8(0))
    reader.i32(), reader.i32()
    code, message, _, _ = reader.i16(), reader.string(), reader.i8(), reader.string()

    def one():
        key, value = reader.string(), reader.string()
        reader.take(3)
        reader.array(lambda: (reader.string(), reader.string(), reader.i8()))
        return key, value

    return code, message, dict(reader.array(one))


def described(server, kind, name, keys=None):
    code, message, settings = describe(server, kind, name, keys)
    return f"{len(settings)} settings, {error(code, message)}"


@case("describe_config/unknown_topic")
def describe_unknown(server):
    return described(server, TOPIC, fresh(server, "not-there"))


@case("describe_config/illegal_topic")
def describe_illegal(server):
    return described(server, TOPIC, "a/b")


@case("describe_config/topic_has_37_settings_that_are_not_internal")
def describe_all(server):
    return described(server, TOPIC, server.topic())


@case("describe_config/unknown_setting_is_left_out")
def describe_unknown_setting(server):
    return described(server, TOPIC, server.topic(), ["no.such.setting", "retention.ms"])


@case("describe_config/unknown_broker")
def describe_unknown_broker(server):
    return described(server, BROKER, "77")


@case("describe_config/broker_not_a_number")
def describe_broker_name(server):
    return described(server, BROKER, "one")


@case("describe_config/resource_type_99")
def describe_resource(server):
    return described(server, 99, "x")


@case("log_dirs/unknown_topic")
def log_dirs_unknown(server):
    topic = string(fresh(server, "not-there")) + array([I32(0)])
    reader = server.ask(DESCRIBE_LOG_DIRS, 1, array([topic]))
    reader.i32()
    dirs = reader.array(lambda: (reader.i16(), reader.string(), reader.array(lambda: None)))
    return f"{len(dirs)} dir, {error(dirs[0][0])}, {len(dirs[0][2])} topics"


def new_producer_id(server):
    """InitProducerId v1 without a transactional id; the first one of a server may have to wait."""
    for _ in range(100):
        reader = server.ask(INIT_PRODUCER_ID, 1, string(None) + I32(60000))
        reader.i32()
        code, producer_id, epoch = reader.i16(), reader.i64(), reader.i16()
        if code != COORDINATOR_LOAD_IN_PROGRESS:
            break
        time.sleep(0.05)
    return code, producer_id, epoch


@case("init_producer_id/plain")
def init_producer_id(server):
    code, producer_id, epoch = new_producer_id(server)
    return f"{error(code)} epoch {epoch} {'with' if producer_id >= 0 else 'without'} an id"


@case("init_producer_id/empty_transactional_id")
def init_producer_id_empty(server):
    reader = server.ask(INIT_PRODUCER_ID, 1, string("") + I32(60000))
    reader.i32()
    return error(reader.i16())
