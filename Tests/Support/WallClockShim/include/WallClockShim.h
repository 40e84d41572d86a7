// Loaded into a process with LD_PRELOAD, shows it a wall clock that is off by the seconds in the file $WALL_CLOCK_OFFSET: a signed
// 64-bit number in the machine's byte order, which may change at any time. Monotonic clocks and timers stay what they are.
//
// libfaketime does this for many programs, but moves the timerfds of the boot-time clock too, on which Swift's tasks sleep.
