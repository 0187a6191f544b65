package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var readCommitted = kgo.FetchIsolationLevel(kgo.ReadCommitted())

var transactionChecks = []func(){commitAndAbort, fencing, tooLong, described, transform, transformServerSide}

func transactional(id string, options ...kgo.Opt) *kgo.Client {
	return client(append([]kgo.Opt{kgo.TransactionalID(run + "-" + id), kgo.TransactionTimeout(20 * time.Second)}, options...)...)
}

func send(cl *kgo.Client, where string, partition int, text string) error {
	return cl.ProduceSync(within(15*time.Second), &kgo.Record{Topic: where, Partition: int32(partition), Value: []byte(text)}).FirstErr()
}

func commitAndAbort() {
	where := topic("txn", 3, 0)
	cl := transactional("simple")
	var want []string
	for n := range 6 {
		must(cl.BeginTransaction())
		for part := range 3 {
			must(send(cl, where, part, fmt.Sprintf("%d.%d", n, part)))
		}
		must(cl.EndTransaction(within(15*time.Second), kgo.TransactionEndTry(n%2 == 0)))
		if n%2 == 0 {
			want = append(want, fmt.Sprintf("%d.0", n), fmt.Sprintf("%d.1", n), fmt.Sprintf("%d.2", n))
		}
	}
	must(cl.BeginTransaction())
	must(cl.EndTransaction(within(15*time.Second), kgo.TryCommit))
	cl.Close()
	equal("committed records only", values(read(where, 9, readCommitted)), want)
	equal("everything that was sent", len(read(where, 18)), 18)
}

func fencing() {
	where := topic("fencing", 1, 0)
	first, second := transactional("fenced"), transactional("fenced")
	defer first.Close()
	defer second.Close()
	must(first.BeginTransaction())
	must(send(first, where, 0, "zombie"))
	must(second.BeginTransaction())
	must(send(second, where, 0, "heir"))
	err := send(first, where, 0, "zombie again")
	if err == nil {
		err = first.EndTransaction(within(15*time.Second), kgo.TryCommit)
	}
	check("the first is fenced", errors.Is(err, kerr.InvalidProducerEpoch) || errors.Is(err, kerr.ProducerFenced) || errors.Is(err, kerr.InvalidTxnState), err)
	must(second.EndTransaction(within(15*time.Second), kgo.TryCommit))
	equal("only the second's record", values(read(where, 1, readCommitted)), []string{"heir"})
}

func tooLong() {
	where := topic("too-long", 1, 0)
	cl := transactional("slow", kgo.TransactionTimeout(time.Second))
	defer cl.Close()
	must(cl.BeginTransaction())
	must(send(cl, where, 0, "late"))
	stable := func() int64 {
		found := value(admin(func(a *kadm.Client) (kadm.ListedOffsets, error) {
			return a.ListCommittedOffsets(within(5*time.Second), where)
		}))
		return found[where][0].Offset
	}
	equal("readers wait", stable(), int64(0))
	check("until it is aborted", eventually(25*time.Second, func() bool { return stable() == 2 }), stable())
	check("it cannot be committed", cl.EndTransaction(within(15*time.Second), kgo.TryCommit) != nil)
}

func described() {
	where := topic("described", 2, 0)
	cl := transactional("described")
	defer cl.Close()
	must(cl.BeginTransaction())
	must(send(cl, where, 1, "v"))
	id := run + "-described"
	listed := value(admin(func(a *kadm.Client) (kadm.ListedTransactions, error) {
		return a.ListTransactions(within(5*time.Second), nil, []string{"Ongoing"})
	}))
	equal("it is listed", listed[id].State, "Ongoing")
	found := value(admin(func(a *kadm.Client) (kadm.DescribedTransactions, error) {
		return a.DescribeTransactions(within(5*time.Second), id)
	}))
	equal("with its partition", found[id].Topics.Sorted(), kadm.TopicsList{{Topic: where, Partitions: []int32{1}}})
	producers := value(admin(func(a *kadm.Client) (kadm.DescribedProducersTopics, error) {
		return a.DescribeProducers(within(5*time.Second), kadm.TopicsSet{where: {1: {}}})
	}))
	active := producers[where].Partitions[1].ActiveProducers.Sorted()
	check("its producer is active since offset 0", len(active) == 1 && active[0].CurrentTxnStartOffset == 0, active)
	must(cl.EndTransaction(within(15*time.Second), kgo.TryAbort))
	found = value(admin(func(a *kadm.Client) (kadm.DescribedTransactions, error) {
		return a.DescribeTransactions(within(5*time.Second), id)
	}))
	check("and its end is seen", strings.Contains(found[id].State, "Abort"), found[id].State)
}

func transform() { transforming("classic", kgo.Balancers(kgo.CooperativeStickyBalancer())) }
func transformServerSide() {
	transforming("server", kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer())
}

// transforming: two sessions consume, transform and produce; each input is reflected once although every
// third transaction is aborted.
func transforming(name string, options ...kgo.Opt) {
	const records = 300
	in, out, group := topic("in-"+name, 4, records), topic("out-"+name, 2, 0), run+"-transform-"+name
	done := make(chan error, 2)
	stop := make(chan struct{})
	for worker := range 2 {
		go func() { done <- transformer(fmt.Sprint(name, worker), in, out, group, stop, options...) }()
	}
	committed := func() (sum int64) {
		found, _ := admin(func(a *kadm.Client) (kadm.OffsetResponses, error) {
			return a.FetchOffsets(within(5*time.Second), group)
		})
		found.Each(func(o kadm.OffsetResponse) { sum += o.At })
		return sum
	}
	check(name+": transform: the group is at the end", eventually(40*time.Second, func() bool { return committed() == records }), committed())
	close(stop)
	equal(name+": transform: nobody failed", []error{<-done, <-done}, []error{nil, nil})
	got := values(read(out, records, readCommitted))
	check(name+": transform: each input once", slices.Equal(got, numbered("", records)), len(got))
}

func transformer(name, in, out, group string, stop chan struct{}, options ...kgo.Opt) error {
	session, err := kgo.NewGroupTransactSession(append([]kgo.Opt{
		kgo.SeedBrokers(bootstrap), kgo.TransactionalID(run + "-" + name), kgo.ConsumeTopics(in), kgo.ConsumerGroup(group),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), readCommitted, kgo.HeartbeatInterval(300 * time.Millisecond),
	}, options...)...)
	if err != nil {
		return err
	}
	defer session.Close()
	for round := 1; ; round++ {
		select {
		case <-stop:
			return nil
		default:
		}
		fetches := session.PollRecords(within(200*time.Millisecond), 17)
		if fetches.NumRecords() == 0 {
			continue
		}
		if err := session.Begin(); err != nil {
			return err
		}
		fetches.EachRecord(func(record *kgo.Record) {
			session.Produce(background, &kgo.Record{Topic: out, Value: record.Value}, nil)
		})
		if _, err := session.End(within(30*time.Second), kgo.TransactionEndTry(round%3 != 0)); err != nil {
			return err
		}
	}
}
