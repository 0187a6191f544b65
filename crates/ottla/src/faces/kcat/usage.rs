//! What `-h` and `-V` print.

/// Which program this is.
pub(super) const VERSION: &str = concat!(
    "kcat - Apache Kafka producer and consumer tool\n",
    "Version 1.7.1 (JSON, Transactions; ottla ",
    env!("CARGO_PKG_VERSION"),
    ")\n"
);

/// The flags.
pub(super) const USAGE: &str = r"
Usage: kcat <options> [file1 file2 .. | topic1 topic2 ..]

Mode:
  -P  produce    -C  consume    -G <group>  consume with a group (topics behind it, ^regex too)
  -L  metadata   -Q  offsets of times
For all:
  -b <host:port,..>  brokers        -t <topic>      topic           -p <n>  partition
  -D <text>  message delimiter      -K <text>       key delimiter   -c <n>  count
  -X <name>=<value>  librdkafka's settings (-X list)   -F <file>  a file of them
  -m <seconds>  timeout of metadata and transactions   -q -v  less or more talk
  -E  go on after an error          -V  version                     -h  this
Produce:
  -z <codec>   -k <key>   -H <name=value>   -l  lines of one file   -T  tee   -Z  empty is null
  -X transactional.id=<id>  all of stdin is one transaction
Consume:
  -o beginning|end|stored|<n>|-<n>|s@<ms>|e@<ms>   -e  exit at the end   -J  JSON   -u  unbuffered
  -f <format>  %s %S %R value, length, length in binary; %k %K key; %t %p %o %T %h; \n \t \xNN
  -s [key=|value=]<pack>  < > b B h H i I q Q c s $    -Z  NULL for what is null
Metadata: -L [-t <topic>] [-J]
Offsets:  -Q -t <topic>:<partition>:<ms> ..
";
