package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var background = context.Background()

// within is a context that ends by itself.
func within(limit time.Duration) context.Context {
	ctx, end := context.WithTimeout(background, limit)
	time.AfterFunc(limit, end)
	return ctx
}

// client is one that talks to the node, and partitions records by hand.
func client(options ...kgo.Opt) *kgo.Client {
	return value(kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(bootstrap),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.MetadataMinAge(100 * time.Millisecond),
	}, options...)...))
}

// admin runs body with an administration client.
func admin[T any](body func(*kadm.Client) (T, error)) (T, error) {
	cl := client()
	defer cl.Close()
	return body(kadm.NewClient(cl))
}

// topic makes a topic and writes its records, numbers from 0 on, partition after partition in turn.
func topic(name string, partitions, records int) string {
	name = run + "-" + name
	must(value(admin(func(a *kadm.Client) (kadm.CreateTopicResponse, error) {
		return a.CreateTopic(within(20*time.Second), int32(partitions), 1, nil, name)
	})).Err)
	// Apache Kafka answers before the topic is led.
	eventually(10*time.Second, func() bool {
		found, err := admin(func(a *kadm.Client) (kadm.ListedOffsets, error) { return a.ListEndOffsets(within(5*time.Second), name) })
		return err == nil && found.Error() == nil && len(found[name]) == partitions
	})
	write(name, partitions, 0, records)
	return name
}

// write appends the numbers from..to to a topic.
func write(name string, partitions, from, to int) {
	if from == to {
		return
	}
	cl := client()
	defer cl.Close()
	var all []*kgo.Record
	for i := from; i < to; i++ {
		all = append(all, &kgo.Record{Topic: name, Partition: int32(i % partitions), Value: []byte(strconv.Itoa(i))})
	}
	must(cl.ProduceSync(within(60*time.Second), all...).FirstErr())
}

// read reads a topic from its beginning until it has `count` records and nothing more comes.
func read(name string, count int, options ...kgo.Opt) []*kgo.Record {
	cl := client(append([]kgo.Opt{kgo.ConsumeTopics(name), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100 * time.Millisecond)}, options...)...)
	defer cl.Close()
	var got []*kgo.Record
	for quiet, end := 0, time.Now().Add(20*time.Second); quiet < 2 && time.Now().Before(end); {
		before := len(got)
		fetches := cl.PollFetches(within(400 * time.Millisecond))
		fetches.EachRecord(func(record *kgo.Record) { got = append(got, record) })
		if len(got) >= count && len(got) == before {
			quiet++
		}
	}
	slices.SortStableFunc(got, func(a, b *kgo.Record) int { return int(a.Partition - b.Partition) })
	return got
}

// values are the records' values, sorted.
func values(records []*kgo.Record) []string {
	var all []string
	for _, record := range records {
		all = append(all, string(record.Value))
	}
	slices.Sort(all)
	return all
}

// numbered are the texts `prefix0` to `prefix(n-1)`, sorted.
func numbered(prefix string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(prefix, i))
	}
	slices.Sort(all)
	return all
}
