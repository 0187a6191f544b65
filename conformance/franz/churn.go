package main

import (
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// churn: `franz churn BOOTSTRAP classic|server|mixed MEMBERS SECONDS SEED`: members join, leave and are killed
// while records come, and twice the node is killed, too. Then the group settles, and everything was read.
func churn(args []string) {
	size, seconds, seed := number(args[1]), number(args[2]), number(args[3])
	random := rand.New(rand.NewSource(int64(seed)))
	how := map[string][]protocol{"classic": {cooperative}, "eager": {classics[0]}, "server": {uniform}, "mixed": {cooperative, uniform}}[args[0]]
	partitions := size + size/5
	where := topic("churn", partitions, 0)
	want := parts(where, partitions)
	acknowledged, stop := writing(where, partitions)
	arrive := func() *member {
		return join(where, []string{where}, how[random.Intn(len(how))].with(kgo.SessionTimeout(6*time.Second), kgo.RebalanceTimeout(10*time.Second))...)
	}
	var members, gone []*member
	for range size {
		members = append(members, arrive())
	}
	var leaving sync.WaitGroup
	joined, left, killed, begun := size, 0, 0, time.Now()
	crashes := []time.Duration{time.Duration(seconds) * time.Second / 3, time.Duration(seconds) * time.Second * 2 / 3}
	for time.Since(begun) < time.Duration(seconds)*time.Second {
		time.Sleep(time.Duration(random.Intn(400)) * time.Millisecond)
		if len(crashes) > 0 && time.Since(begun) > crashes[0] {
			crashes = crashes[1:]
			fmt.Println("!kill")
		}
		switch chance := random.Intn(10); {
		case len(members) < size && (chance < 6 || len(members) < size/2):
			members = append(members, arrive())
			joined++
		case len(members) > 0:
			i := random.Intn(len(members))
			one := members[i]
			members = slices.Delete(members, i, i+1)
			gone = append(gone, one)
			if chance < 8 {
				left++
				leaving.Add(1)
				go func() { defer leaving.Done(); one.leave() }()
			} else {
				killed++
				one.kill()
			}
		}
	}
	leaving.Wait()
	for len(members) < size {
		members = append(members, arrive())
		joined++
	}
	fmt.Printf("      %s: %d joined, %d left, %d were killed, seed %d\n", args[0], joined, left, killed, seed)
	name := fmt.Sprintf("%s, %d members: ", args[0], size)
	begun = time.Now()
	check(name+"the group settles", eventually(60*time.Second, func() bool { return shared(members, want, true) }), fmt.Sprint(counts(members), owned(members)))
	fmt.Printf("      settled after %.1f s\n", time.Since(begun).Seconds())
	time.Sleep(2 * time.Second)
	stop()
	all := append(slices.Clone(members), gone...)
	count := int(acknowledged.Load())
	check(name+"every record is seen", eventually(30*time.Second, func() bool { return len(seen(all)) >= count }), fmt.Sprint(len(seen(all)), " of ", count))
	check(name+"records came", count > 100, count)
	told := 0
	for _, m := range members {
		told -= m.tellings()
	}
	time.Sleep(4 * time.Second)
	for _, m := range members {
		told += m.tellings()
	}
	check(name+"and stays so", shared(members, want, true) && told == 0, fmt.Sprint(told, " were told of partitions"))
	leaveAll(members)
	finish()
}

// writing sends a number every few milliseconds until it is stopped; how many were acknowledged, which are all.
func writing(where string, partitions int) (*atomic.Int64, func()) {
	cl := client(kgo.RecordRetries(1<<30), kgo.UnknownTopicRetries(1<<30))
	var acknowledged atomic.Int64
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-stop:
				must(cl.Flush(within(60 * time.Second)))
				cl.Close()
				return
			case <-time.After(5 * time.Millisecond):
			}
			cl.Produce(background, &kgo.Record{Topic: where, Partition: int32(i % partitions), Value: []byte(strconv.Itoa(i))}, func(_ *kgo.Record, err error) {
				if err == nil {
					acknowledged.Add(1)
				}
			})
		}
	}()
	return &acknowledged, func() { close(stop); <-ended }
}

func number(text string) int { return value(strconv.Atoi(text)) }
