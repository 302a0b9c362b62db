#!/bin/sh
# One line without end.
exec tr '\0' 9 </dev/zero
