#!/bin/sh
# Lines without end.
exec yes '{"ready": true}'
