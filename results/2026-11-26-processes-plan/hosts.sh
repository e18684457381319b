#!/bin/bash
# hosts.sh up HOSTS RATE | down HOSTS: network namespaces n0, n1, ... on one switch; RATE as for tc,
# such as "tbf rate 8gbit burst 512kb latency 50ms", or none
set -e
case $1 in
up)
  ip netns add sw; ip -n sw link add br0 type bridge; ip -n sw link set br0 up
  for i in $(seq 0 $(($2 - 1))); do
    ip netns add n$i
    ip link add v$i netns n$i type veth peer name p$i netns sw
    ip -n n$i addr add 10.9.0.$((i + 1))/24 dev v$i
    ip -n n$i link set lo up; ip -n n$i link set v$i up
    ip -n sw link set p$i master br0 up
    [ "$3" = none ] || ip netns exec n$i tc qdisc add dev v$i root $3
    mkdir -p /etc/netns/n$i
    { echo 127.0.0.1 localhost; for j in $(seq 0 $(($2 - 1))); do echo 10.9.0.$((j + 1)) n$j; done; } >/etc/netns/n$i/hosts
  done ;;
down)
  for i in $(seq 0 $(($2 - 1))); do ip netns del n$i; rm -rf /etc/netns/n$i; done; ip netns del sw ;;
esac
