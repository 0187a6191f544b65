package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// member is a consumer of a group that polls until it leaves or is killed.
type member struct {
	cl    *kgo.Client
	quit  context.CancelFunc
	ended chan struct{}
	dead  chan struct{} // closed when it is killed: its connections end and open no more

	mu       sync.Mutex
	parts    map[string]bool // topic-partition
	got      map[int]int     // number: how often it was seen
	assigned int             // how often it was told of partitions, also of none
	errors   []error
}

// join makes a member of a group and starts it.
func join(group string, topics []string, options ...kgo.Opt) *member {
	ctx, quit := context.WithCancel(background)
	m := &member{quit: quit, ended: make(chan struct{}), dead: make(chan struct{}), parts: map[string]bool{}, got: map[int]int{}}
	m.cl = client(append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topics...), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.HeartbeatInterval(300 * time.Millisecond), kgo.FetchMaxWait(100 * time.Millisecond), kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(200 * time.Millisecond), kgo.MetadataMaxAge(2 * time.Second), kgo.Dialer(m.dial),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, parts map[string][]int32) { m.told(parts, true) }),
		kgo.OnPartitionsRevoked(func(ctx context.Context, cl *kgo.Client, parts map[string][]int32) {
			cl.CommitMarkedOffsets(ctx)
			m.told(parts, false)
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, parts map[string][]int32) {
			m.told(parts, false)
		}),
	}, options...)...)
	go m.poll(ctx)
	return m
}

func (m *member) dial(ctx context.Context, network, host string) (net.Conn, error) {
	return dialUntil(ctx, network, host, m.dead)
}

func (m *member) told(parts map[string][]int32, now bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now {
		m.assigned++
	}
	for topic, numbers := range parts {
		for _, number := range numbers {
			if name := fmt.Sprint(topic, "-", number); now {
				m.parts[name] = true
			} else {
				delete(m.parts, name)
			}
		}
	}
}

func (m *member) poll(ctx context.Context) {
	defer close(m.ended)
	for ctx.Err() == nil {
		fetches := m.cl.PollRecords(ctx, 200)
		m.mu.Lock()
		fetches.EachRecord(func(record *kgo.Record) {
			number, _ := strconv.Atoi(string(record.Value))
			m.got[number]++
		})
		for _, failure := range fetches.Errors() {
			if ctx.Err() == nil {
				m.errors = append(m.errors, failure.Err)
			}
		}
		m.mu.Unlock()
		m.cl.MarkCommitRecords(fetches.Records()...)
	}
}

// leave ends it in order: what it read is committed, and a dynamic member says that it goes.
func (m *member) leave() {
	m.quit()
	<-m.ended
	m.cl.CommitMarkedOffsets(within(5 * time.Second))
	m.cl.Close()
}

// kill ends it without a word to the node.
func (m *member) kill() {
	close(m.dead)
	m.quit()
	<-m.ended
	go m.cl.Close()
	m.mu.Lock()
	m.parts = map[string]bool{}
	m.mu.Unlock()
}

func (m *member) has() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := []string{}
	for name := range m.parts {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// tellings is how often it was told of partitions.
func (m *member) tellings() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.assigned
}

// failed: polling has ended in this error.
func (m *member) failed(why error) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.errors, func(err error) bool { return errors.Is(err, why) })
}

// numbers adds what it has seen.
func (m *member) numbers(all map[int]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for number, times := range m.got {
		all[number] += times
	}
}

func parts(name string, partitions int) []string {
	all := []string{}
	for i := range partitions {
		all = append(all, fmt.Sprint(name, "-", i))
	}
	slices.Sort(all)
	return all
}

// owned are the partitions that members have, each as often as somebody has it.
func owned(members []*member) []string {
	all := []string{}
	for _, m := range members {
		all = append(all, m.has()...)
	}
	slices.Sort(all)
	return all
}

// shared: the members have all partitions between them, each once, as evenly as can be when `even`.
func shared(members []*member, want []string, even bool) bool {
	least, most := len(want), 0
	for _, m := range members {
		least, most = min(least, len(m.has())), max(most, len(m.has()))
	}
	return slices.Equal(owned(members), want) && (!even || most-least <= 1)
}

func counts(members []*member) []int {
	var all []int
	for _, m := range members {
		all = append(all, len(m.has()))
	}
	return all
}

func seen(members []*member) map[int]int {
	all := map[int]int{}
	for _, m := range members {
		m.numbers(all)
	}
	return all
}

func leaveAll(members []*member) {
	var all sync.WaitGroup
	for _, m := range members {
		all.Add(1)
		go func() { defer all.Done(); m.leave() }()
	}
	all.Wait()
}
