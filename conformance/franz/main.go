// Command franz runs franz-go, the Go client, against a node: `franz PROGRAM BOOTSTRAP [ARGUMENT...]`.
//
// Programs that check print one line a check and end in `N passed, N failed`. A line that opens with `!`
// asks the script around for something that only it can do, as `!kill` the node and `!start` it.
package main

import (
	"fmt"
	"os"
	"slices"
	"time"
)

// bootstrap is the address of the node, run a prefix for every name that this run makes.
var (
	bootstrap string
	run       = fmt.Sprintf("franz-%d", time.Now().UnixMilli())
)

var programs = map[string]func([]string){
	"checks":    func([]string) { scenarios(slices.Concat(produceChecks, transactionChecks, groupChecks())) },
	"churn":     churn,
	"worker":    worker,
	"transform": transformUnderKills,
}

func main() {
	if len(os.Args) < 3 || programs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: franz PROGRAM BOOTSTRAP [ARGUMENT...]")
		os.Exit(2)
	}
	bootstrap = os.Args[2]
	programs[os.Args[1]](os.Args[3:])
}
