#!/bin/sh
# It listens, and says nothing.
while read -r line; do :; done
sleep 3600
