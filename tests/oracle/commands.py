"""What is asked of systemctl and of reaperctl: units, and command lines in groups that begin with the same machine.

Each command line is played under both; status and standard output are to be alike, and that there was something to say
on standard error or not. `! WORDS` is for a shell and says nothing; `~ WORDS` compares the status alone;
`? WORDS` is wrong usage: 1 there and 2 here. `$ WORDS` is for a shell and compared too.
"""

UNITS = {
    "t-anchor.target": "[Unit]\nDefaultDependencies=no\nAfter=t-run.service t-fail.service t-exit.service t-once.service t-gone.service t-cond.service "
    "t-assert.service t-reload.service t-masked.service t-bad.service t-needs.service t-by.service t-tick.timer t-door.socket "
    "t-way.path t-group.target t-slow.service t-tpl@x.service t-nothing.service\n",
    "t-run.service": "[Unit]\nDescription=Runs on\nDocumentation=man:sleep(1)\n[Service]\nExecStart=/bin/sleep 1000\n"
    "[Install]\nWantedBy=multi-user.target\n",
    "t-other.service": "[Unit]\nDescription=Runs on too\n[Service]\nExecStart=/bin/sleep 1000\n"
    "[Install]\nWantedBy=multi-user.target\nAlso=t-run.service\nAlias=t-nick.service\n",
    "t-fail.service": "[Service]\nType=oneshot\nExecStart=/bin/false\n",
    "t-exit.service": "[Service]\nExecStart=/bin/sh -c 'exit 3'\n",
    "t-once.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nRequiredBy=t-group.target\n",
    "t-gone.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    "t-cond.service": "[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-assert.service": "[Unit]\nAssertPathExists=/nonexistent\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-reload.service": "[Service]\nExecStart=/bin/sleep 1000\nExecReload=/bin/true\n",
    "t-bad.service": "[Service]\nType=simple\n",
    "t-needs.service": "[Unit]\nDefaultDependencies=no\nRequires=t-fail.service\nAfter=t-fail.service\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-misses.service": "[Unit]\nDefaultDependencies=no\nRequires=t-nothing.service\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-by.service": "[Unit]\nRefuseManualStart=yes\nRefuseManualStop=yes\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-tick.timer": "[Unit]\nDescription=Ticks\n[Timer]\nOnActiveSec=1000\nUnit=t-gone.service\n[Install]\nWantedBy=timers.target\n",
    "t-door.socket": "[Unit]\nDescription=A door\n[Socket]\nListenStream=/run/t-door\nService=t-gone.service\n"
    "[Install]\nWantedBy=sockets.target\n",
    "t-way.path": "[Path]\nPathExists=/run/t-way\nUnit=t-gone.service\n",
    "t-group.target": "[Unit]\nDescription=A group\nWants=t-run.service t-once.service\nAfter=t-run.service t-once.service\n",
    "t-alone.target": "[Unit]\nAllowIsolate=yes\n",
    "t-dirs.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nStateDirectory=t-dirs/a t-dirs-b\nCacheDirectory=t-dirs\n"
    "LogsDirectory=t-dirs\nConfigurationDirectory=t-dirs\nRuntimeDirectory=t-dirs\nRuntimeDirectoryPreserve=yes\n"
    "ExecStart=/bin/sh -c 'mkdir -p $CACHE_DIRECTORY/d/e && echo x >$CACHE_DIRECTORY/d/e/f'\n",
    "t-slow.service": "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n",
    "t-after.service": "[Unit]\nDefaultDependencies=no\nAfter=t-slow.service\n[Service]\nExecStart=/bin/sleep 1000\n",
    "t-tpl@.service": "[Unit]\nDescription=Instance %i\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n"
    "DefaultInstance=zero\n",
    "t-run.service.d/10-more.conf": "[Service]\nEnvironment=A=1 \"B=two words\"\n",
}

# Command lines that are answered otherwise, and why. docs/reaperctl.1 tells of them under DIFFERENCES.
NO_SUCH_FILE = "not-found is a state, as later versions of systemctl say"
MEANT = {
    "is-enabled t-nothing": NO_SUCH_FILE,
    "is-enabled t-run t-nothing": NO_SUCH_FILE,
    "is-enabled a/b": NO_SUCH_FILE,
    "is-enabled t-linked": NO_SUCH_FILE,
    "is-enabled --root=/root/tree t-nothing": NO_SUCH_FILE,
    "is-enabled --full t-run": "links are not listed",
    "mask none-*": "a pattern is refused where names of files are wanted",
    "daemon-reload": "what is wrong with unit files is told to who reloads them",
    "daemon-reload --quiet": "what is wrong with unit files is told to who reloads them",
    "get-default --root=/root/tree": "targets are built in",
    "--version more": "the version is ours",
    "log-target": "the console is where a container's log is taken",
    "show -p Version --value": "the version is ours",
    "show -p Conditions,Asserts,ConditionResult t-cond": "conditions are told in words",
    "show -p User,Group,WorkingDirectory,RootDirectory,UMask,Nice t-run": "WorkingDirectory= is / where it is not set",
    "~ status 1": "reaperd is of no unit",
    "~ status": "the whole system's processes are shown",
}

# Properties that are not shown, or otherwise.
SHOWN_OTHERWISE = {
    "each cgroup has what it has used, and a number": r"(MemoryCurrent|MemoryAvailable|CPUUsageNSec|TasksCurrent|ControlGroupId|ControlGroup)$",
    "what is read, written and counted in a cgroup without being asked": r"(IO(Read|Write)\w+|(CPU|Memory|Tasks)Accounting|TasksMax)$",
    "commands are shown once": r"Exec\w+Ex$",
    "capabilities as they are at start": r"(CapabilityBoundingSet|SystemCallErrorNumber|TimerSlackNSec)$",
    "what the machine gives as limits; LOCKS is ours": r"Limit(NOFILE|LOCKS|MEMLOCK)(Soft)?$",
    "no mounts are waited for": r"RequiresMountsFor$",
    "a limit that is not in force yet": r"WatchdogUSec$",
    "timers count by the moment": r"(TimersMonotonic|NextElapseUSec\w+|LastTriggerUSec\w*|OnTimezoneChange)$",
    "sockets as they are set": r"(Priority|IPTTL|Mark|FileDescriptorName|SocketProtocol)$",
    "of units that are no services": r"(InvocationID|StandardOutput)$",
    "conditions are told in words": r"(Conditions|Asserts|WorkingDirectory)$",
}

# Links beside them, and what they lead to.
LINKS = {"t-masked.service": "/dev/null", "t-name.service": "t-run.service"}

STATES = """
is-active t-run
is-failed t-run
start t-run t-once
is-active t-run
is-active t-run.service t-once
is-active t-run t-fail
is-active t-fail
is-active --quiet t-run
is-active -q t-fail
is-active t-nothing
is-active t-nothing t-run
is-active t-masked
is-active t-*
is-active none-*
is-active t-tpl@x
is-active t-tpl@
is-active t-name
? is-active
is-failed t-run
is-failed t-nothing
? is-failed
start t-fail
is-failed t-fail
is-failed t-fail t-run
is-failed --quiet t-fail
is-failed -q t-run
is-failed t-*
is-active t-fail
is-active --all t-fail
is-active --state=failed t-fail
is-active a/b
is-active /tmp
is-active --value t-run
start t-slow --no-block
is-active t-slow
is-failed t-slow
stop t-slow
is-active t-slow
reset-failed t-fail
is-failed t-fail
is-enabled t-run
~ is-system-running
~ is-system-running --quiet
? is-system-running more
"""

JOBS = """
start t-run
start t-run
start t-run t-once t-gone
start t-nothing
start t-nothing t-run
start t-masked
start t-bad
start t-fail
start t-exit
start t-cond
start t-assert
start t-needs
start t-misses
start t-by
start t-tpl@
start t-tpl@x t-tpl@y
start none-*
? start
start a/b
start --no-block t-fail
start --quiet t-fail
start -q t-nothing
start t-name
stop t-by
stop t-nothing
stop t-masked
stop t-bad
stop t-run t-nothing
is-active t-run
stop t-run
stop t-run
stop none-*
stop t-tpl@*
is-active t-tpl@x
? stop
restart t-run
is-active t-run
restart t-nothing
restart t-masked
restart t-fail
restart t-exit
try-restart t-run
try-restart t-gone
try-restart t-nothing
try-restart t-masked
condrestart t-run
condstop t-run
condreload t-reload
force-reload t-reload
reload t-run
start t-run
reload t-run
reload t-reload
start t-reload
reload t-reload
reload t-reload t-run
reload t-nothing
reload t-masked
! systemctl reset-failed t-run
reload-or-restart t-run
reload-or-restart t-reload
reload-or-restart t-nothing
reload-or-restart t-exit
try-reload-or-restart t-run
try-reload-or-restart t-gone
try-reload-or-restart t-nothing
reload-or-try-restart t-reload
isolate t-run
isolate t-nothing
? isolate
isolate t-group.target
? isolate t-alone.target t-group.target
start --job-mode=fail t-run
start --job-mode=nonsense t-run
? start --job-mode=help
start --job-mode=ignore-dependencies t-needs
is-active t-needs
start --job-mode=isolate t-run
start --fail t-run
stop t-slow
start t-slow --no-block
start --job-mode=fail t-slow --no-block
stop --job-mode=fail t-slow
cancel
list-jobs
is-active t-slow
stop t-slow
start t-slow --no-block
cancel 999999
cancel 999998 999999
? cancel nonsense
stop t-slow
kill t-gone
kill t-run
kill t-nothing
? kill
kill t-tick.timer
kill t-door.socket
kill t-group.target
kill --kill-whom=main t-nothing
kill --signal=HUP t-nothing
? kill --signal=nonsense t-run
? kill -s nonsense t-run
? kill --signal=0 t-reload
kill --signal=SIGCONT t-reload
kill --signal=list
kill --signal=list t-run
kill --signal=help
kill --kill-who=main --signal=CONT t-reload
kill --kill-whom=main --signal=CONT t-reload
kill --kill-whom=control --signal=CONT t-reload
kill --kill-whom=all --signal=CONT t-reload
kill --kill-who=nonsense t-reload
kill --kill-whom=main t-once
kill -s USR1 t-reload
kill none-*
reset-failed
is-failed t-fail
reset-failed t-nothing
reset-failed t-run
reset-failed t-masked
start t-fail
reset-failed none-*
is-failed t-fail
reset-failed t-f*
is-failed t-fail
clean t-run
clean t-gone
clean --what=cache t-gone
clean --what=nonsense t-gone
clean --what=help
clean t-nothing
clean none-*
clean t-group.target
clean t-run t-nothing
show -p CanClean t-dirs t-run t-group.target t-tick.timer
start t-dirs
clean t-dirs
stop t-dirs
clean t-dirs
$ ls -d /run/t-dirs /var/*/t-dirs /var/lib/t-dirs-b /var/lib/t-dirs/a /etc/t-dirs
clean --what=state,logs t-dirs
clean --what=state t-dirs
$ ls -d /run/t-dirs /var/*/t-dirs /var/lib/t-dirs-b /var/lib/t-dirs/a /etc/t-dirs
clean --what=all t-dirs
$ ls -d /run/t-dirs /var/*/t-dirs /var/lib/t-dirs-b /var/lib/t-dirs/a /etc/t-dirs
? clean --what= t-dirs
? clean
"""

LISTS = """
! systemctl start t-run t-once t-reload t-tpl@x t-tick.timer t-door.socket t-way.path; systemctl start t-fail t-exit; systemctl start --no-block t-slow t-after
list-units t-*
list-units --all t-*
list-units -a t-*
list-units --all --plain t-*
list-units --all --no-legend t-*
list-units --all --legend=false t-*
list-units --all --legend=no --plain t-*
list-units --all --full t-*
list-units --all -l t-*
list-units --state=failed t-*
list-units --state=failed --no-legend --plain t-*
list-units --failed t-*
list-units --failed --plain --no-legend t-*
list-units --failed none-*
list-units --state=active,inactive t-*
list-units --state=running t-*
list-units --state=loaded --all t-*
list-units --state=not-found --all t-*
list-units --state=masked --all t-*
list-units --state=nonsense t-*
list-units --type=service t-*
list-units -t timer t-*
list-units --type=timer,socket t-*
list-units --type=timer --type=socket t-*
? list-units --type=failed t-*
? list-units --type=nonsense t-*
? list-units -t
list-units --type=service --state=running t-*
list-units t-run.service
list-units t-run.service t-once.service
list-units none-*
list-units none-* --no-legend
list-units --all --type=target t-*
list-units -o json t-*
list-units --output=json-pretty t-tick*
list-units --quiet t-run.service
list-units --recursive t-run.service
list-units --reverse t-*
list-unit-files t-*
list-unit-files t-run.service
list-unit-files none-*
list-unit-files --no-legend t-*
list-unit-files --plain t-*
list-unit-files --state=enabled t-*
list-unit-files --state=static,disabled t-*
list-unit-files --type=timer t-*
list-unit-files --type=service --state=masked t-*
list-unit-files --quiet t-*
list-unit-files --full t-*
list-unit-files -o json t-*
list-jobs
list-jobs t-*
list-jobs t-slow.service
list-jobs none-*
list-jobs --no-legend t-*
list-timers t-*
list-timers --all t-*
list-timers --no-legend t-*
list-timers none-*
list-timers none-* --no-legend
list-sockets t-*
list-sockets --show-types t-*
list-sockets --all t-*
list-sockets --no-legend t-*
list-sockets none-*
list-dependencies t-group.target
list-dependencies t-group.target --plain
list-dependencies t-needs --plain
list-dependencies t-run --reverse --plain
list-dependencies t-run --reverse
list-dependencies t-group.target --after --plain
list-dependencies t-slow --before --plain
list-dependencies t-after --after --plain
list-dependencies t-needs t-misses --plain
list-dependencies t-group.target --plain --state=active --type=service
list-dependencies t-nothing
list-dependencies t-nothing --plain
list-dependencies --no-legend t-group.target
! systemctl stop t-after t-slow
list-jobs
list-jobs --no-legend
"""

SHOW = """
! systemctl start t-run t-once t-tick.timer t-door.socket t-way.path t-tpl@x t-group.target; systemctl start t-fail t-exit t-cond
show t-run
show t-once
show t-fail
show t-exit
show t-cond
show t-gone
show t-nothing
show t-masked
show t-bad
show t-name
show t-needs
show t-tick.timer
show t-door.socket
show t-way.path
show t-group.target
show t-tpl@x
show -p ActiveState t-run
show -p ActiveState --value t-run
show -P ActiveState t-run
show --property=ActiveState,SubState t-run
show --property ActiveState --property SubState t-run
show --property=SubState --property=ActiveState --value t-run
show -p Id -p MainPID -p Type t-once
show -p Type,Id,Names,Result,Restart,ExecMainStatus,ActiveState --value t-fail
show -p Nonsense t-run
show -p Nonsense --value t-run
show -p Nonsense,Id t-run
show -P Id,SubState t-run
show -p Id t-run t-once t-nothing
show -p Id,ActiveState t-run t-once
show -p Id --value t-run t-once
show -P Id t-run t-once t-nothing
show -p LoadState,ActiveState,UnitFileState t-nothing
show -p LoadState,LoadError t-bad
show -p LoadError t-nothing t-masked
show -p UnitFileState,UnitFilePreset t-run t-masked t-nothing t-tick.timer
show -p Id t-*.timer
show -p Id none-*
show -p Id t-name
show -p Names t-name
show -p FragmentPath,DropInPaths,SourcePath t-run
show -p Environment t-run
show --value -p Environment t-run
show -p ExecStart t-run
show -p ExecReload t-reload
show -p Documentation t-run
show -p Triggers t-tick.timer
show -p Listen t-door.socket
show -p Paths t-way.path
show --all -p Id,StatusText t-run
show -p StatusText,Id t-run
show -a -p StatusText t-run
show --type=service -p Id t-run
show --type=timer -p Id t-run
show --state=active -p Id t-run t-gone
show -p Id 1
show -p Id 999999
show -p Version --value
show --property=SystemState
show -p SystemState --value
show -p Environment
show -p Id a/b
show -p Id a@b@c
show -p Id /tmp
show -p Id /dev/null
show -p CanReload,CanStart,CanStop,CanIsolate,CanClean t-run t-reload t-by t-nothing
show -p TimeoutStartUSec,TimeoutStopUSec,RestartUSec,WatchdogUSec,RuntimeMaxUSec t-run
show -p InactiveEnterTimestamp,ActiveExitTimestamp t-run
show -p ActiveEnterTimestamp t-run
show --timestamp=unix -p ActiveExitTimestamp t-run
show --quiet -p Id t-run
show --no-pager -p Id t-run
show --no-legend -p Id t-run
show -l -p Id t-run
show -p NeedDaemonReload,Transient,Perpetual,Job t-run
show -p Type,Restart,RemainAfterExit,GuessMainPID,KillMode,KillSignal,SendSIGKILL t-run
show -p User,Group,WorkingDirectory,RootDirectory,UMask,Nice t-run
show -p StandardInput,StandardOutput,StandardError t-run
show -p Conditions,Asserts,ConditionResult t-cond
cat t-run
cat t-tick.timer
cat t-name
cat t-nothing
cat t-masked
cat t-run t-nothing
cat t-run t-tick.timer
cat t-tpl@x
cat t-tpl@
cat none-*
cat t-ti*
? cat
cat a/b
~ status t-run
~ status t-gone
~ status t-fail
~ status t-nothing
~ status t-masked
~ status t-bad
~ status t-cond
~ status t-run t-gone
~ status t-run t-nothing
~ status t-gone t-nothing
~ status none-*
~ status t-tick.timer t-door.socket
~ status 1
~ status 999999
~ status t-run -n 0
~ status t-run --lines=3
? status t-run -n nonsense
~ status t-run --output=cat
~ status t-run -o json
? status t-run -o nonsense
~ status t-run --full --no-pager
~ status a/b
~ status
"""

FILES = """
is-enabled t-run
is-enabled t-masked
is-enabled t-nothing
is-enabled t-fail
is-enabled t-name
is-enabled t-tpl@x
is-enabled t-tpl@
is-enabled t-run t-fail
is-enabled t-run t-nothing
is-enabled --quiet t-fail
is-enabled -q t-run
? is-enabled
is-enabled none-*
is-enabled a/b
is-enabled --full t-fail
enable t-run
is-enabled t-run
is-enabled --full t-run
list-unit-files t-run.service
enable t-run
disable t-run
is-enabled t-run
disable t-run
enable t-other
is-enabled t-other t-run t-nick
cat t-nick
show -p Names t-nick
disable t-other
is-enabled t-other t-run
enable t-nothing
enable t-run t-nothing
disable t-nothing
enable t-fail
enable --quiet t-fail
disable t-fail
enable t-masked
disable t-masked
enable t-tpl@
is-enabled t-tpl@
is-enabled t-tpl@zero
disable t-tpl@
enable t-tpl@x
is-enabled t-tpl@x
disable t-tpl@x
enable t-name
disable t-run
enable --quiet t-run
disable --quiet t-run
enable --now t-run
is-active t-run
disable --now t-run
is-active t-run
enable --now t-nothing
enable --now t-fail
reset-failed t-fail
enable --runtime t-run
is-enabled t-run
disable --runtime t-run
is-enabled t-run
enable --force t-other
disable t-other
disable t-run
enable --no-reload t-run
disable --no-reload t-run
? enable
? disable
enable a/b
enable none-*
reenable t-run
is-enabled t-run
reenable t-nothing
reenable t-fail
disable t-run
preset t-run
preset t-nothing
preset t-fail
disable t-run
mask t-gone
is-enabled t-gone
start t-gone
show -p LoadState,UnitFileState t-gone
mask t-gone
unmask t-gone
is-enabled t-gone
unmask t-gone
unmask t-nothing
mask t-nothing
is-enabled t-nothing
is-active t-nothing
unmask t-nothing
mask --runtime t-gone
is-enabled t-gone
unmask t-gone
is-enabled t-gone
unmask --runtime t-gone
is-enabled t-gone
start t-run
mask --now t-run
is-active t-run
is-enabled t-run
unmask t-run
? mask
? unmask
mask --quiet t-gone
unmask --quiet t-gone
mask none-*
link /tmp/t-linked.service
! printf '[Service]\\nExecStart=/bin/true\\n' >/tmp/t-linked.service
link /tmp/t-linked.service
is-enabled t-linked
start t-linked
disable t-linked
is-enabled t-linked
link t-run
enable /tmp/t-linked.service
disable t-linked
add-wants t-group.target t-gone
list-dependencies --plain t-group.target
add-requires t-group.target t-reload
add-wants t-nothing t-gone
add-wants t-group.target t-nothing
? add-wants t-group.target
? add-wants
revert t-group.target
revert t-run
revert t-nothing
? revert
! mkdir -p /etc/systemd/system/t-run.service.d; printf '[Unit]\\nDescription=Changed\\n' >/etc/systemd/system/t-run.service.d/x.conf
show -p NeedDaemonReload t-run
daemon-reload
show -p Description,NeedDaemonReload t-run
revert t-run
show -p Description t-run
get-default
? get-default more
set-default t-group.target
get-default
set-default t-nothing.target
set-default t-run.service
? set-default
set-default multi-user.target
get-default
? preset-all more words
? set-property
? set-property t-run
set-property t-run Nonsense=1
set-property t-run Description
? edit
edit t-nothing
edit --runtime t-nothing
"""

ROOT = """
! mkdir -p /root/tree/usr/lib/systemd/system /root/tree/etc/systemd/system; cp -a /usr/local/lib/systemd/system/t-* /root/tree/usr/lib/systemd/system/
is-enabled --root=/root/tree t-run
enable --root=/root/tree t-run
is-enabled --root=/root/tree t-run
is-enabled --root=/root/tree t-nothing
list-unit-files --root=/root/tree t-*
list-unit-files --root=/root/tree --no-legend --state=enabled
disable --root=/root/tree t-run
mask --root=/root/tree t-gone
is-enabled --root=/root/tree t-gone
unmask --root=/root/tree t-gone
enable --root=/root/tree t-nothing
enable --root=/root/tree t-fail
preset --root=/root/tree t-run
get-default --root=/root/tree
set-default --root=/root/tree t-group.target
get-default --root=/root/tree
is-enabled --root=/nonexistent t-run
? start --root=/root/tree t-run
? status --root=/root/tree t-run
? cat --root=/root/tree t-run
"""

MANAGER = """
show-environment
set-environment T_ONE=1 "T_TWO=two words" "T_THREE=it's"
show-environment
set-environment nonsense
? set-environment
set-environment =x
set-environment 1x=y
unset-environment T_TWO
unset-environment T_NOTHING
? unset-environment
show-environment
import-environment HOME
show-environment
import-environment T_NOTHING
unset-environment HOME T_ONE T_THREE
show-environment -o json
daemon-reload
? daemon-reload more
daemon-reload --quiet
log-level
log-level debug
log-level
log-level 3
log-level
log-level info
show -p LogLevel,ServiceWatchdogs
log-level nonsense
? log-level debug info
log-target
log-target null
--no-pager log-target
log-target console
--no-pager log-target
log-target nonsense
service-watchdogs
service-watchdogs no
service-watchdogs
service-watchdogs nonsense
service-watchdogs yes
service-watchdogs
? service-watchdogs yes no
? service-log-level
service-log-level t-gone
service-log-target t-gone
? whoami
? bind t-run
? mount-image t-run
freeze t-gone
thaw t-gone
freeze t-nothing
freeze none-*
start t-run t-group.target t-tick.timer
freeze t-run
freeze t-run
show -p FreezerState,CanFreeze,ActiveState,SubState t-run t-gone t-tick.timer
~ status t-run
is-active t-run
thaw t-run
show -p FreezerState t-run
freeze t-run
restart t-run
is-active t-run
freeze t-run
stop t-run
is-active t-run
freeze t-group.target
thaw t-tick.timer
? freeze
? nonsense
? statu
? strat t-run
? --nonsense
--stat=failed
? -y
? list-units --type
--version more
"""

GROUPS = {
    "lists": LISTS,
    "states": STATES,
    "jobs": JOBS,
    "show": SHOW,
    "files": FILES,
    "root": ROOT,
    "manager": MANAGER,
}
