#!/bin/sh
# It ends, and leaves what does not.
read -r line
nohup setsid sleep 3600 >/dev/null 2>&1 &
(trap '' TERM HUP INT; sleep 3600) &
sleep 0.2
