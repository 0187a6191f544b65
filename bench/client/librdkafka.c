// librdkafka's side of bench/client: see run. `librdkafka produce|consume BOOTSTRAP TOPIC RECORDS SIZE [KEY=VALUE ..]`
// sends or reads that many records and prints one line of JSON. Reports are taken for every record, as an
// application that must know what became of it does; reading is by batches, which is the cheaper interface.
#include <endian.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t acknowledged, failed, sum, bytes_read;

static double seconds_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void reported(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque) {
  if (m->err) {
    if (!failed) fprintf(stderr, "%s\n", rd_kafka_err2str(m->err));
    failed++;
  } else {
    acknowledged++;
    sum += m->offset;
  }
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value) {
  char error[512];
  if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) die(error);
}

static long peak_kib(void) {
  char line[256];
  long kib = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
  if (status) fclose(status);
  return kib;
}

static void say(int64_t records, int64_t bytes, double wall, double cpu) {
  printf("{\"records\": %ld, \"bytes\": %ld, \"seconds\": %.6f, \"cpu\": %.6f, \"sum\": %ld, \"peak_kib\": %ld}\n",
         (long)records, (long)bytes, wall, cpu, (long)sum, peak_kib());
}

static void produce(rd_kafka_t *rk, const char *topic, int64_t records, int size) {
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
  char *value = malloc(size);
  memset(value, 'x', size);
  double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  for (int64_t i = 0; i < records; i++) {
    uint64_t number = htobe64((uint64_t)i);
    memcpy(value, &number, sizeof number);
    while (rd_kafka_produce(rkt, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(rk, 100);
    }
    if ((i & 255) == 0) rd_kafka_poll(rk, 0);
  }
  while (acknowledged + failed < records) rd_kafka_poll(rk, 100);
  say(acknowledged, acknowledged * size, seconds_of(CLOCK_MONOTONIC) - wall,
      seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  if (failed) exit(1);
  free(value);
  rd_kafka_topic_destroy(rkt);
}

static void consume(rd_kafka_t *rk, const char *topic, int64_t records) {
  const struct rd_kafka_metadata *metadata;
  double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  rd_kafka_poll_set_consumer(rk);
  rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
  if (rd_kafka_metadata(rk, 0, rkt, &metadata, 10000)) die("no metadata");
  rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(1);
  for (int p = 0; p < metadata->topics[0].partition_cnt; p++)
    rd_kafka_topic_partition_list_add(all, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_assign(rk, all);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
  static rd_kafka_message_t *batch[500];
  int64_t count = 0;
  while (count < records) {
    ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, batch, 500);
    for (ssize_t i = 0; i < n; i++) {
      if (batch[i]->err) die(rd_kafka_message_errstr(batch[i]));
      uint64_t number;
      memcpy(&number, batch[i]->payload, sizeof number);
      sum += (int64_t)be64toh(number);
      bytes_read += batch[i]->len;
      count++;
      rd_kafka_message_destroy(batch[i]);
    }
  }
  say(count, bytes_read, seconds_of(CLOCK_MONOTONIC) - wall, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(rkt);
}

int main(int argc, char **argv) {
  if (argc < 6) die("usage: librdkafka produce|consume BOOTSTRAP TOPIC RECORDS SIZE [KEY=VALUE ..]");
  int produces = !strcmp(argv[1], "produce");
  char error[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[2]);
  for (int i = 6; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (!value) die("KEY=VALUE");
    *value = 0;
    set(conf, argv[i], value + 1);
  }
  if (produces) rd_kafka_conf_set_dr_msg_cb(conf, reported);
  rd_kafka_t *rk = rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (!rk) die(error);
  if (produces)
    produce(rk, argv[3], atoll(argv[4]), atoi(argv[5]));
  else
    consume(rk, argv[3], atoll(argv[4]));
  return 0;
}
