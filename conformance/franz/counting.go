package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"sync"
	"time"
)

var (
	counting       sync.Mutex
	passed, failed int
)

// check counts one check; the detail is shown when it failed.
func check(name string, ok bool, detail ...any) bool {
	counting.Lock()
	defer counting.Unlock()
	if ok {
		passed++
		fmt.Println("ok    " + name)
	} else {
		failed++
		fmt.Println("FAIL  "+name+" ", fmt.Sprint(detail...))
	}
	return ok
}

// equal is a check that two values are the same.
func equal(name string, got, want any) bool {
	return check(name, reflect.DeepEqual(got, want), "got ", got, " want ", want)
}

// must ends a scenario, which is a failed check of it: the others still run.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func value[T any](got T, err error) T {
	must(err)
	return got
}

func scenario(body func()) {
	defer func() {
		if why := recover(); why != nil {
			check(fmt.Sprintf("a scenario ends: %v", why), false, string(debug.Stack()))
		}
	}()
	body()
}

// scenarios runs all of them, four at a time: most of them wait.
func scenarios(all []func()) {
	var running sync.WaitGroup
	slots := make(chan struct{}, 4)
	for _, body := range all {
		slots <- struct{}{}
		running.Add(1)
		go func() {
			defer func() { <-slots; running.Done() }()
			scenario(body)
		}()
	}
	running.Wait()
	finish()
}

// eventually is true as soon as the condition is, false when it is not in time.
func eventually(limit time.Duration, condition func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

func finish() {
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
	os.Exit(0)
}
