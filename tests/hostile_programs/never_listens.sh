#!/bin/sh
# It neither listens nor speaks.
exec sleep 3600
