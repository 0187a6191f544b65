package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func (how protocol) short() string { return strings.ReplaceAll(how.name, " ", "-") }

func (how protocol) with(options ...kgo.Opt) []kgo.Opt {
	return append(slices.Clone(how.options), options...)
}

// rolling: each member leaves in order and another takes its place while records come. Each is read once.
func rolling(how protocol) {
	const partitions, size, step = 8, 3, 80
	where := topic("rolling-"+how.short(), partitions, step)
	want := parts(where, partitions)
	var members, all []*member
	for range size {
		members = append(members, join(where, []string{where}, how.options...))
	}
	all = slices.Clone(members)
	settled := func() bool { return shared(members, want, true) }
	check(how.name+": rolling restart: it begins shared", eventually(30*time.Second, settled), counts(members))
	written := step
	for i := range members {
		members[i].leave()
		write(where, partitions, written, written+step)
		written += step
		members[i] = join(where, []string{where}, how.options...)
		all = append(all, members[i])
		check(fmt.Sprintf("%s: rolling restart: shared after member %d", how.name, i+1), eventually(30*time.Second, settled), counts(members))
	}
	check(how.name+": rolling restart: every record is read", eventually(10*time.Second, func() bool { return len(seen(all)) == written }), len(seen(all)))
	equal(how.name+": rolling restart: and none twice", doubled(all), []int{})
	leaveAll(members)
}

// rollingStatic: members of the classic protocol with instance ids come back within their session: nobody else is told of anything.
func rollingStatic(how protocol) {
	const partitions, size, step = 8, 4, 80
	where := topic("static-"+how.short(), partitions, step)
	instance := func(i int) *member {
		return join(where, []string{where}, how.with(kgo.InstanceID(fmt.Sprint("member-", i)), kgo.SessionTimeout(30*time.Second))...)
	}
	var members []*member
	for i := range size {
		members = append(members, instance(i))
	}
	all := slices.Clone(members)
	settled := func() bool { return shared(members, parts(where, partitions), true) }
	check(how.name+": static members share the partitions", eventually(30*time.Second, settled), counts(members))
	time.Sleep(time.Second) // until everybody has been told
	had, told := [][]string{}, []int{}
	for _, m := range members {
		had, told = append(had, m.has()), append(told, m.tellings())
	}
	_, generation := members[0].cl.GroupMetadata()
	written := step
	for i := range members {
		members[i].leave()
		write(where, partitions, written, written+step)
		written += step
		members[i] = instance(i)
		all = append(all, members[i])
		back := members[i]
		check(fmt.Sprintf("%s: static member %d is back with what it had", how.name, i+1), eventually(30*time.Second, func() bool { return slices.Equal(back.has(), had[i]) }), back.has())
		for j := range members {
			if j > i && members[j].tellings() != told[j] {
				check(fmt.Sprintf("%s: the others are not told", how.name), false, "member ", j, " when ", i, " came back")
			}
		}
	}
	_, now := members[0].cl.GroupMetadata()
	equal(how.name+": no rebalance was", now, generation)
	check(how.name+": static members: every record is read", eventually(10*time.Second, func() bool { return len(seen(all)) == written }), len(seen(all)))
	equal(how.name+": static members: none twice", doubled(all), []int{})
	leaveAll(members)
}

// fencedClassic: another of the same instance id takes the place; the first is fenced.
func fencedClassic() {
	where := topic("fenced-classic", 2, 0)
	options := cooperative.with(kgo.InstanceID("same"), kgo.SessionTimeout(10*time.Second))
	first := join(where, []string{where}, options...)
	eventually(20*time.Second, func() bool { return len(first.has()) == 2 })
	second := join(where, []string{where}, options...)
	check("classic: another of the same instance id takes the place", eventually(20*time.Second, func() bool { return len(second.has()) == 2 }), second.has())
	check("classic: the first is fenced", eventually(10*time.Second, func() bool { return first.failed(kerr.FencedInstanceID) }), first.errors)
	leaveAll([]*member{first, second})
}

// fencedServer: another of the same instance id is refused. That the place is free when the first has gone is
// shown with the Java client: this one does not name its instance when it goes.
func fencedServer() {
	where := topic("fenced-server", 2, 0)
	options := uniform.with(kgo.InstanceID("same"))
	first := join(where, []string{where}, options...)
	eventually(20*time.Second, func() bool { return len(first.has()) == 2 })
	second := join(where, []string{where}, options...)
	check("server: another of the same instance id is refused", eventually(20*time.Second, func() bool { return second.failed(kerr.UnreleasedInstanceID) }), second.errors)
	equal("server: the first keeps its place", len(first.has()), 2)
	leaveAll([]*member{first, second})
}

// pattern: topics that match come and go.
func pattern(how protocol) {
	const wait = 45 * time.Second
	prefix := "pattern-" + how.short()
	one, other := topic(prefix+"-1", 2, 10), topic("no-"+prefix, 2, 10)
	members := []*member{}
	for range 2 {
		members = append(members, join(run+"-"+prefix, []string{"^" + run + "-" + prefix + "-[0-9]$"}, how.with(kgo.ConsumeRegex())...))
	}
	want := parts(one, 2)
	settled := func() bool { return shared(members, want, true) }
	check(how.name+": pattern: what matches is shared", eventually(wait, settled), owned(members))
	two := topic(prefix+"-2", 2, 20)
	want = slices.Concat(want, parts(two, 2))
	check(how.name+": pattern: a topic that comes", eventually(wait, settled), owned(members))
	check(how.name+": pattern: is read", eventually(10*time.Second, func() bool { return len(seen(members)) == 20 }), len(seen(members)))
	value(admin(func(a *kadm.Client) (kadm.DeleteTopicResponses, error) {
		return a.DeleteTopics(within(10*time.Second), one, other)
	}))
	want = parts(two, 2)
	check(how.name+": pattern: one that goes", eventually(wait, settled), owned(members))
	leaveAll(members)
}

// doubled are the numbers that were seen more than once.
func doubled(members []*member) []int {
	all := []int{}
	for number, times := range seen(members) {
		if times > 1 {
			all = append(all, number)
		}
	}
	slices.Sort(all)
	return all
}
