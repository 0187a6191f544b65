package main

import (
	"context"
	"fmt"
	"math/rand"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var produceChecks = []func(){codecs, offsets, acks, broken, refusals}

// codecs: what is written is read, with key, headers, nulls and time, whichever the compression.
func codecs() {
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		where := topic("codec-"+name, 1, 0)
		cl := client(kgo.ProducerBatchCompression(codec))
		at := time.UnixMilli(1_700_000_000_123)
		sent := []*kgo.Record{
			{Topic: where, Key: []byte("k"), Value: []byte(strings.Repeat("v", 2000)), Timestamp: at, Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("1")}, {Key: "h"}}},
			{Topic: where, Value: []byte{}, Timestamp: at},
			{Topic: where, Key: []byte{}, Timestamp: at},
		}
		must(cl.ProduceSync(within(10*time.Second), sent...).FirstErr())
		cl.Close()
		shape := func(records []*kgo.Record) string {
			text := ""
			for i, r := range records {
				text += fmt.Sprintf("%d %q %v %q %v %q %v; ", i, r.Key, r.Key == nil, r.Value, r.Value == nil, r.Headers, r.Timestamp.UnixMilli())
			}
			return text
		}
		equal(name+": what is written is read", shape(read(where, 3)), shape(sent))
	}
}

// offsets: from an offset, from a time, from both ends.
func offsets() {
	where := topic("offsets", 1, 0)
	cl := client()
	for i := range 10 {
		must(cl.ProduceSync(within(10*time.Second), &kgo.Record{Topic: where, Value: []byte(strconv.Itoa(i)), Timestamp: time.UnixMilli(int64(1000 * (i + 1)))}).FirstErr())
	}
	cl.Close()
	from := func(offset kgo.Offset, count int) []string {
		return values(read(where, count, kgo.ConsumeStartOffset(offset)))
	}
	equal("from an offset", from(kgo.NewOffset().At(7), 3), []string{"7", "8", "9"})
	equal("from a time", from(kgo.NewOffset().AfterMilli(8500), 2), []string{"8", "9"})
	equal("from the end, back", from(kgo.NewOffset().AtEnd().Relative(-1), 1), []string{"9"})
	deleted := kadm.Offsets{}
	deleted.Add(kadm.Offset{Topic: where, Partition: 0, At: 4})
	value(admin(func(a *kadm.Client) (kadm.DeleteRecordsResponses, error) {
		return a.DeleteRecords(within(10*time.Second), deleted)
	}))
	equal("from the start, which moved", from(kgo.NewOffset().AtStart(), 6), []string{"4", "5", "6", "7", "8", "9"})
	equal("from before the start", from(kgo.NewOffset().At(1), 6), []string{"4", "5", "6", "7", "8", "9"})
}

func acks() {
	where := topic("acks", 1, 0)
	for _, one := range []struct {
		name string
		acks kgo.Acks
	}{{"none", kgo.NoAck()}, {"leader", kgo.LeaderAck()}} {
		cl := client(kgo.RequiredAcks(one.acks), kgo.DisableIdempotentWrite())
		must(cl.ProduceSync(within(10*time.Second), &kgo.Record{Topic: where, Value: []byte(one.name)}).FirstErr())
		cl.Close()
	}
	equal("acks none and leader", values(read(where, 2)), []string{"leader", "none"})
}

// fragile breaks after some thousand bytes that it has read or written.
type fragile struct {
	net.Conn
	left int
}

func (f *fragile) spend(n int) bool {
	f.left -= n
	if f.left < 0 {
		f.Conn.Close()
	}
	return f.left >= 0
}

// Write writes first and breaks then: the node has the request, its answer is lost.
func (f *fragile) Write(b []byte) (int, error) {
	n, err := f.Conn.Write(b)
	if !f.spend(n) {
		return n, net.ErrClosed
	}
	return n, err
}

// broken: an idempotent producer over connections that break between request and answer. Each record is
// there once and in order.
func broken() {
	const partitions, records = 3, 3000
	where := topic("broken", partitions, 0)
	random, broke := rand.New(rand.NewSource(5)), 0
	cl := client(kgo.ProducerBatchMaxBytes(2000), kgo.RetryBackoffFn(func(int) time.Duration { return 5 * time.Millisecond }), kgo.RecordRetries(1000), kgo.UnknownTopicRetries(1000),
		kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, host)
			broke++
			return &fragile{conn, 1000 + random.Intn(8000)}, err
		}))
	for i := range records {
		cl.Produce(background, &kgo.Record{Topic: where, Partition: int32(i % partitions), Value: []byte(fmt.Sprintf("%06d", i))}, func(_ *kgo.Record, err error) {
			if err != nil {
				check("a send over broken connections", false, err)
			}
		})
	}
	must(cl.Flush(within(60 * time.Second)))
	cl.Close()
	got := read(where, records)
	check("connections broke", broke > 20, broke)
	ordered := true
	for i := 1; i < len(got); i++ {
		ordered = ordered && (got[i].Partition != got[i-1].Partition || string(got[i].Value) > string(got[i-1].Value))
	}
	equal("each record once", len(got), records)
	check("in order", ordered)
	producers := value(admin(func(a *kadm.Client) (kadm.DescribedProducersTopics, error) {
		return a.DescribeProducers(within(10*time.Second), kadm.TopicsSet{where: {0: {}}})
	}))
	equal("of one producer", len(producers[where].Partitions[0].ActiveProducers), 1)
}

func refusals() {
	where := topic("refusals", 1, 0)
	cl := client(kgo.ProducerBatchMaxBytes(4 << 20))
	defer cl.Close()
	large := make([]byte, 2<<20)
	rand.New(rand.NewSource(1)).Read(large) // nothing to compress
	err := cl.ProduceSync(within(10*time.Second), &kgo.Record{Topic: where, Value: large}).FirstErr()
	check("a record over max.message.bytes", err != nil && strings.Contains(err.Error(), "MESSAGE_TOO_LARGE"), err)
	err = cl.ProduceSync(within(10*time.Second), &kgo.Record{Topic: "not/a/topic", Value: []byte("v")}).FirstErr()
	check("a topic that cannot be", err != nil && strings.Contains(err.Error(), "INVALID_TOPIC_EXCEPTION"), err)
	must(cl.ProduceSync(within(10*time.Second), &kgo.Record{Topic: where, Value: []byte("v")}).FirstErr())
}
