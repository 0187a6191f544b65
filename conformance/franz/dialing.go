package main

import (
	"context"
	"net"
)

// dialUntil connects unless `dead` is closed, and ends the connection when it is.
func dialUntil(ctx context.Context, network, host string, dead chan struct{}) (net.Conn, error) {
	select {
	case <-dead:
		return nil, net.ErrClosed
	default:
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, host)
	if err != nil {
		return nil, err
	}
	closed := &closing{conn, make(chan struct{})}
	go func() {
		select {
		case <-dead:
			conn.Close()
		case <-closed.over:
		}
	}()
	return closed, nil
}

// closing says when the client closes it.
type closing struct {
	net.Conn
	over chan struct{}
}

func (c *closing) Close() error {
	select {
	case <-c.over:
	default:
		close(c.over)
	}
	return c.Conn.Close()
}
