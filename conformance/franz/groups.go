package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// protocol is a way to be in a group.
type protocol struct {
	name    string
	options []kgo.Opt
}

var (
	cooperative = protocol{"cooperative-sticky", []kgo.Opt{kgo.Balancers(kgo.CooperativeStickyBalancer())}}
	uniform     = protocol{"server uniform", []kgo.Opt{kgo.Balancers(kgo.StickyBalancer()), kgo.ServerSideBalancer()}}
	classics    = []protocol{
		{"range", []kgo.Opt{kgo.Balancers(kgo.RangeBalancer())}},
		{"roundrobin", []kgo.Opt{kgo.Balancers(kgo.RoundRobinBalancer())}},
		{"sticky", []kgo.Opt{kgo.Balancers(kgo.StickyBalancer())}},
		cooperative,
	}
	servers = []protocol{uniform, {"server range", []kgo.Opt{kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer()}}}
)

func groupChecks() []func() {
	all := []func(){groupsDescribed, committedOffsets, fencedClassic, fencedServer, func() { rollingStatic(cooperative) }}
	for _, how := range []protocol{cooperative, uniform} {
		all = append(all, func() { rolling(how) }, func() { pattern(how) })
	}
	for _, how := range append(slices.Clone(classics), servers...) {
		all = append(all, func() { membership(how) })
	}
	return all
}

// membership: members come, one leaves, one dies; every record is read, orderly leaves lose nothing.
func membership(how protocol) {
	const partitions, records = 6, 600
	where := topic("members-"+how.name[:3]+fmt.Sprint(len(how.name)), partitions, records)
	group, want := where, parts(where, partitions)
	options := append(slices.Clone(how.options), kgo.SessionTimeout(6*time.Second))
	var members, all []*member
	for size := 1; size <= 3; size++ {
		members = append(members, join(group, []string{where}, options...))
		check(fmt.Sprintf("%s: %d share the partitions", how.name, size), eventually(20*time.Second, func() bool { return shared(members, want, true) }), counts(members))
	}
	all = slices.Clone(members)
	members[0].leave()
	members = members[1:]
	check(how.name+": what one leaves goes to the others", eventually(20*time.Second, func() bool { return shared(members, want, true) }), counts(members))
	check(how.name+": every record is read", eventually(10*time.Second, func() bool { return len(seen(all)) == records }), len(seen(all)))
	leaveAll(members)
	late := join(group, []string{where}, options...)
	check(how.name+": one alone has everything", eventually(20*time.Second, func() bool { return shared([]*member{late}, want, true) }), late.has())
	write(where, partitions, records, records+6)
	check(how.name+": it reads what is new", eventually(10*time.Second, func() bool { return len(seen([]*member{late})) >= 6 }), len(seen([]*member{late})))
	equal(how.name+": and nothing again", len(seen([]*member{late})), 6)
	late.leave()
}

func groupsDescribed() {
	where := topic("described-groups", 4, 0)
	classic, server := run+"-group-classic", run+"-group-server"
	one, two := join(classic, []string{where}, cooperative.options...), join(server, []string{where}, uniform.options...)
	defer leaveAll([]*member{one, two})
	eventually(20*time.Second, func() bool { return len(one.has()) == 4 && len(two.has()) == 4 })
	ofType := func(kind, group string) bool {
		listed := value(admin(func(a *kadm.Client) (kadm.ListedGroups, error) {
			return a.ListGroupsByType(within(5*time.Second), []string{kind})
		}))
		_, there := listed[group]
		return there
	}
	equal("types of groups", []bool{ofType("classic", classic), ofType("classic", server), ofType("consumer", classic), ofType("consumer", server)}, []bool{true, false, false, true})
	old := value(admin(func(a *kadm.Client) (kadm.DescribedGroups, error) {
		return a.DescribeGroups(within(5*time.Second), classic)
	}))[classic]
	equal("a classic group", fmt.Sprint(old.State, old.ProtocolType, old.Protocol, len(old.Members)), fmt.Sprint("Stable", "consumer", "cooperative-sticky", 1))
	next := value(admin(func(a *kadm.Client) (kadm.DescribedConsumerGroups, error) {
		return a.DescribeConsumerGroups(within(5*time.Second), server)
	}))[server]
	equal("a consumer group", fmt.Sprint(next.State, next.AssignorName, len(next.Members)), fmt.Sprint("Stable", "uniform", 1))
	refused := value(admin(func(a *kadm.Client) (kadm.DeleteGroupResponses, error) {
		return a.DeleteGroups(within(5*time.Second), classic, server)
	}))
	equal("neither is deleted", fmt.Sprint(refused[classic].Err, refused[server].Err), "NON_EMPTY_GROUP: The group is not empty. NON_EMPTY_GROUP: The group is not empty.")
}

func committedOffsets() {
	where, group := topic("committed", 2, 10), run+"-committed"
	set := kadm.Offsets{}
	set.Add(kadm.Offset{Topic: where, Partition: 0, At: 3, LeaderEpoch: 0, Metadata: "a note"})
	must(func() error {
		cl := client()
		defer cl.Close()
		return kadm.NewClient(cl).CommitAllOffsets(within(5*time.Second), group, set)
	}())
	found := value(admin(func(a *kadm.Client) (kadm.OffsetResponses, error) {
		return a.FetchOffsets(within(5*time.Second), group)
	}))
	at, _ := found.Lookup(where, 0)
	equal("what is committed is read back", fmt.Sprintf("%d %d %s", at.At, at.LeaderEpoch, at.Metadata), "3 0 a note")
	lag := value(admin(func(a *kadm.Client) (kadm.DescribedGroupLags, error) { return a.Lag(within(5*time.Second), group) }))
	equal("lag", lag[group].Lag[where][0].Lag, int64(2))
	gone := kadm.TopicsSet{where: {0: {}}}
	value(admin(func(a *kadm.Client) (kadm.DeleteOffsetsResponses, error) {
		return a.DeleteOffsets(within(5*time.Second), group, gone)
	}))
	found = value(admin(func(a *kadm.Client) (kadm.OffsetResponses, error) {
		return a.FetchOffsets(within(5*time.Second), group)
	}))
	_, still := found.Lookup(where, 0)
	check("and deleted", !still)
}
