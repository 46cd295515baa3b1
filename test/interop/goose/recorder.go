package main

import (
	"context"
	"database/sql/driver"
	"errors"
)

// recorder is a database that only notes what it is told to execute.
type recorder struct{ sent []string }

func (r *recorder) Connect(context.Context) (driver.Conn, error) { return &connection{r}, nil }
func (r *recorder) Driver() driver.Driver                        { return nil }

type connection struct{ recorder *recorder }

func (c *connection) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("nothing is prepared here")
}
func (c *connection) Close() error              { return nil }
func (c *connection) Begin() (driver.Tx, error) { return transaction{}, nil }

func (c *connection) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	c.recorder.sent = append(c.recorder.sent, query)
	return driver.RowsAffected(0), nil
}

type transaction struct{}

func (transaction) Commit() error   { return nil }
func (transaction) Rollback() error { return nil }
