! SPDX-License-Identifier: Apache-2.0
! Heat spreading over a square plate, a program that writes its own restart files: plate.a.chk and
! plate.b.chk in turn. It appends to plate.csv and goes on with both after a restart.
!
!     gfortran -O2 -o plate holdfast.f90 plate.f90
!     holdfast run --state 'plate.?.chk' --latest 1 -- ./plate 512 100000
!
! Arguments: size, steps.
program plate
  use, intrinsic :: iso_fortran_env, only: real64, int64, error_unit
  use holdfast
  implicit none
  integer(int64) :: size, steps, step, output_bytes
  integer :: output
  character(1) :: turn
  real(real64), allocatable :: now(:, :), next(:, :)

  size = argument(1, 256_int64)
  steps = argument(2, 2000_int64)
  if (size < 3 .or. size > 20000) call fail('size must be 3 to 20000', '')
  allocate (now(size, size))
  now = 20
  now(:size/3, :) = 100
  step = 0
  output_bytes = 0
  turn = 'a'
  if (holdfast_restart() /= '') call read_state(holdfast_restart())
  call open_output()

  do while (step < steps)
    next = now
    next(2:size - 1, 2:size - 1) = now(2:size - 1, 2:size - 1) + 0.2_real64*( &
      now(1:size - 2, 2:size - 1) + now(3:size, 2:size - 1) + now(2:size - 1, 1:size - 2) + &
      now(2:size - 1, 3:size) - 4*now(2:size - 1, 2:size - 1))
    call move_alloc(next, now)
    step = step + 1
    write (output, '(i0, a, es24.17)') step, ',', now(size/2, size/2)
    if (holdfast_due()) call checkpoint()
  end do
  close (output)
  print '(a, es24.17)', 'mean temperature', sum(now)/real(size*size, real64)

contains

  subroutine checkpoint()
    character(:), allocatable :: temporary, name
    integer :: unit, status
    logical :: failed
    call holdfast_begin()
    flush (output)
    inquire (unit=output, size=output_bytes)
    ! Two attempts that run at the same time (it happens on clusters) use two names.
    temporary = 'plate.tmp'//text(holdfast_attempt())
    name = 'plate.'//turn//'.chk'
    open (newunit=unit, file=temporary, access='stream', form='unformatted', status='replace', iostat=status)
    if (status == 0) write (unit, iostat=status) size, step, output_bytes, turn, now
    if (status == 0) close (unit, iostat=status)
    ! A full disk is no reason to stop computing: the file of last time stays.
    if (status == 0) then
      call holdfast_rename(temporary, name, failed)
      if (.not. failed) turn = merge('b', 'a', turn == 'a')
    end if
    call holdfast_end()
  end subroutine

  subroutine read_state(name)
    character(*), intent(in) :: name
    integer :: unit, status
    integer(int64) :: stored
    open (newunit=unit, file=name, access='stream', form='unformatted', status='old', action='read', iostat=status)
    if (status /= 0) call fail('cannot open', name)
    read (unit, iostat=status) stored, step, output_bytes, turn
    if (status == 0 .and. stored == size) read (unit, iostat=status) now
    if (status /= 0 .or. stored /= size) call fail('not a whole restart file of this size:', name)
    close (unit)
    turn = merge('b', 'a', turn == 'a')
    write (error_unit, '(a, i0)') 'plate: goes on with step ', step
  end subroutine

  ! The output up to the restart file, in a new file: an earlier attempt that still runs somewhere
  ! keeps its own.
  subroutine open_output()
    character(:), allocatable :: before, temporary
    integer :: unit, status
    logical :: failed
    temporary = 'plate.csv'//text(holdfast_attempt())
    open (newunit=output, file=temporary, access='stream', form='formatted', status='replace')
    if (output_bytes > 0) then
      allocate (character(output_bytes) :: before)
      open (newunit=unit, file='plate.csv', access='stream', form='unformatted', status='old', action='read', iostat=status)
      if (status == 0) read (unit, iostat=status) before
      if (status /= 0) call fail('shorter than the restart file says:', 'plate.csv')
      close (unit)
      write (output, '(a)', advance='no') before
    end if
    call holdfast_rename(temporary, 'plate.csv', failed)
    if (failed) call fail('cannot write', 'plate.csv')
  end subroutine

  integer(int64) function argument(index, default) result(value)
    integer, intent(in) :: index
    integer(int64), intent(in) :: default
    character(32) :: given
    integer :: status
    call get_command_argument(index, given)
    read (given, *, iostat=status) value
    if (status /= 0) value = default
  end function

  function text(number)
    integer, intent(in) :: number
    character(:), allocatable :: text
    character(12) :: digits
    write (digits, '(i0)') number
    text = trim(digits)
  end function

  subroutine fail(what, file)
    character(*), intent(in) :: what, file
    write (error_unit, '(4a)') 'plate: ', what, ' ', file
    stop 74
  end subroutine
end program
