// franz-go's side of bench/client: see run. `franz produce|consume BOOTSTRAP TOPIC RECORDS SIZE [KEY=VALUE ..]`
// sends or reads that many records and prints one line of JSON.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	records, size := number(os.Args[4]), number(os.Args[5])
	settings := map[string]int64{}
	for _, pair := range os.Args[6:] {
		key, value, _ := strings.Cut(pair, "=")
		settings[key] = number(value)
	}
	options := []kgo.Opt{kgo.SeedBrokers(os.Args[2])}
	if os.Args[1] == "produce" {
		produce(options, settings, os.Args[3], records, int(size))
	} else {
		consume(options, settings, os.Args[3], records)
	}
}

func produce(options []kgo.Opt, settings map[string]int64, topic string, records int64, size int) {
	client := value(kgo.NewClient(append(options,
		kgo.DefaultProduceTopic(topic),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerLinger(time.Duration(settings["linger.ms"])*time.Millisecond),
		kgo.ProducerBatchMaxBytes(int32(settings["batch.size"])),
		kgo.MaxBufferedBytes(int(settings["buffer.memory"])),
		// Its own limit, 10,000 records, is below what the bytes allow.
		kgo.MaxBufferedRecords(1_000_000),
	)...))
	var all sync.WaitGroup
	var acknowledged, sum, failed int64
	wall, before := time.Now(), cpu()
	all.Add(int(records))
	template := bytes.Repeat([]byte("x"), size)
	for i := range records {
		value := bytes.Clone(template)
		binary.BigEndian.PutUint64(value, uint64(i))
		// Promises run one after the other.
		client.Produce(context.Background(), &kgo.Record{Value: value}, func(record *kgo.Record, err error) {
			if err == nil {
				acknowledged++
				sum += record.Offset
			} else {
				if failed == 0 {
					fmt.Fprintln(os.Stderr, err)
				}
				failed++
			}
			all.Done()
		})
	}
	all.Wait()
	say(acknowledged, acknowledged*int64(size), time.Since(wall), cpu()-before, sum)
	client.Close()
	if failed > 0 {
		os.Exit(1)
	}
}

func consume(options []kgo.Opt, settings map[string]int64, topic string, records int64) {
	wall, before := time.Now(), cpu()
	client := value(kgo.NewClient(append(options,
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxBytes(int32(settings["fetch.max.bytes"])),
		kgo.FetchMaxPartitionBytes(int32(settings["max.partition.fetch.bytes"])),
	)...))
	var count, length, sum int64
	for count < records {
		fetches := client.PollFetches(context.Background())
		fetches.EachError(func(_ string, _ int32, err error) { panic(err) })
		fetches.EachRecord(func(record *kgo.Record) {
			count++
			length += int64(len(record.Value))
			sum += int64(binary.BigEndian.Uint64(record.Value))
		})
	}
	say(count, length, time.Since(wall), cpu()-before, sum)
	client.Close()
}

// cpu is what this process has used, in seconds.
func cpu() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// peakKiB is the most memory that was resident.
func peakKiB() int64 {
	for line := range strings.Lines(string(value(os.ReadFile("/proc/self/status")))) {
		if rest, is := strings.CutPrefix(line, "VmHWM:"); is {
			return number(strings.Fields(rest)[0])
		}
	}
	return 0
}

func say(records, bytes int64, wall time.Duration, cpu float64, sum int64) {
	fmt.Printf("{\"records\": %d, \"bytes\": %d, \"seconds\": %.6f, \"cpu\": %.6f, \"sum\": %d, \"peak_kib\": %d}\n",
		records, bytes, wall.Seconds(), cpu, sum, peakKiB())
}

func number(text string) int64 { return value(strconv.ParseInt(text, 10, 64)) }

func value[T any](it T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return it
}
