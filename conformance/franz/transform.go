package main

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// worker: `franz worker BOOTSTRAP IN OUT GROUP TRANSACTIONAL.ID` copies a topic to another, each input partition
// to that of the same number, until it is killed.
func worker(args []string) {
	session := value(kgo.NewGroupTransactSession(
		kgo.SeedBrokers(bootstrap), kgo.ConsumeTopics(args[0]), kgo.ConsumerGroup(args[2]), kgo.TransactionalID(args[3]),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), readCommitted, kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.TransactionTimeout(10*time.Second), kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(300*time.Millisecond),
		kgo.FetchMaxWait(100*time.Millisecond),
	))
	for {
		fetches := session.PollRecords(within(time.Second), 50)
		if fetches.NumRecords() == 0 {
			continue
		}
		must(session.Begin())
		fetches.EachRecord(func(record *kgo.Record) {
			session.Produce(background, &kgo.Record{Topic: args[1], Partition: record.Partition, Value: record.Value}, nil)
		})
		_, err := session.End(within(60*time.Second), kgo.TryCommit)
		must(err)
	}
}

// restless are processes that are started again whenever they end.
type restless struct {
	mu      sync.Mutex
	running map[int]*exec.Cmd
	over    bool
	starts  atomic.Int64
	all     sync.WaitGroup
}

func (r *restless) keep(i int, command ...string) {
	defer r.all.Done()
	for {
		r.mu.Lock()
		if r.over {
			r.mu.Unlock()
			return
		}
		one := exec.Command(command[0], command[1:]...)
		if log, err := os.OpenFile(os.Getenv("WORKER_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			one.Stdout, one.Stderr = log, log
			defer log.Close()
		}
		must(one.Start())
		r.running[i] = one
		r.mu.Unlock()
		r.starts.Add(1)
		one.Wait()
		time.Sleep(200 * time.Millisecond)
	}
}

func (r *restless) kill(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if one := r.running[i]; one != nil {
		one.Process.Kill()
	}
}

func (r *restless) end() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	for i := range r.running {
		r.kill(i)
	}
	r.all.Wait()
}

// transformUnderKills: `franz transform BOOTSTRAP NAME SECONDS SEED WORKER...`: processes consume, transform and
// produce, are killed and started again, and so is the node, while inputs come. Then every input that was
// acknowledged is reflected exactly once, and in order.
func transformUnderKills(args []string) {
	const partitions, size = 6, 3
	name, seconds, seed := args[0]+": ", number(args[1]), number(args[2])
	random := rand.New(rand.NewSource(int64(seed)))
	in, out, group := topic("in", partitions, 0), topic("out", partitions, 0), run+"-transform"
	workers := restless{running: map[int]*exec.Cmd{}}
	for i := range size {
		workers.all.Add(1)
		go workers.keep(i, append(slices.Clone(args[3:]), bootstrap, in, out, group, fmt.Sprint(run, "-worker-", i))...)
	}
	written, stop := writing(in, partitions)
	waits := func(from, to int) { time.Sleep(time.Duration(from+random.Intn(to-from)) * time.Millisecond) }
	ofWorkers, ofNode := 0, 0
	eventually(20*time.Second, func() bool { return sum(group) > 0 })
	for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); {
		waits(300, 2500)
		if random.Intn(4) == 0 {
			ofNode++
			fmt.Println("!kill")
		} else {
			ofWorkers++
			workers.kill(random.Intn(size))
		}
	}
	stop()
	want := int(written.Load())
	check(name+"the group comes to the end", eventually(90*time.Second, func() bool { return sum(group) >= int64(want) }), fmt.Sprint(sum(group), " of ", want))
	workers.end()
	fmt.Printf("      %s%d inputs, workers killed %d times, started %d times, the node killed %d times, seed %d\n", name, want, ofWorkers, workers.starts.Load(), ofNode, seed)
	check(name+"something was killed", ofWorkers+ofNode > 2, ofWorkers, ofNode)
	got := read(out, want, readCommitted)
	wanted := numbered("", want)
	check(name+"each input is reflected exactly once", slices.Equal(values(got), wanted), missing(values(got), wanted))
	ordered := true
	for i := 1; i < len(got); i++ {
		ordered = ordered && (got[i].Partition != got[i-1].Partition || number(string(got[i].Value)) > number(string(got[i-1].Value)))
	}
	check(name+"in order", ordered)
	finish()
}

// sum of what the group has committed.
func sum(group string) (all int64) {
	found, _ := admin(func(a *kadm.Client) (kadm.OffsetResponses, error) {
		return a.FetchOffsets(within(5*time.Second), group)
	})
	found.Each(func(o kadm.OffsetResponse) { all += max(o.At, 0) })
	return all
}

// missing says what two lists differ in.
func missing(got, want []string) string {
	times := map[string]int{}
	for _, one := range want {
		times[one]--
	}
	for _, one := range got {
		times[one]++
	}
	var lost, twice []int
	for one, n := range times {
		if at, _ := strconv.Atoi(one); n < 0 {
			lost = append(lost, at)
		} else if n > 0 {
			twice = append(twice, at)
		}
	}
	slices.Sort(lost)
	slices.Sort(twice)
	return fmt.Sprint(len(lost), " lost ", lost[:min(20, len(lost))], " ", len(twice), " too often ", twice[:min(20, len(twice))])
}
