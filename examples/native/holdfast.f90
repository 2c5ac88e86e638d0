! SPDX-License-Identifier: Apache-2.0
! Under "holdfast run --state ... -- ./program" a program asks here whether a checkpoint is due:
!
!     if (holdfast_due()) then               ! one look at a file
!       call holdfast_begin()
!       ...                                  ! write to another name, then call holdfast_rename
!       call holdfast_end()                  ! from begin to end is what a checkpoint costs
!     end if
!
! and begins with the file holdfast_restart(), if that is not empty. Without holdfast run every call
! is harmless. In an MPI program rank 0 calls and broadcasts the answer.
module holdfast
  use, intrinsic :: iso_c_binding, only: c_char, c_int, c_null_char, c_null_ptr, c_ptr
  implicit none
  private
  public :: holdfast_due, holdfast_begin, holdfast_end, holdfast_restart, holdfast_attempt, &
            holdfast_interval, holdfast_rename

  interface
    integer(c_int) function c_rename(from, to) bind(c, name='rename')
      import :: c_char, c_int
      character(kind=c_char), intent(in) :: from(*), to(*)
    end function
    integer(c_int) function c_utime(path, times) bind(c, name='utime')
      import :: c_char, c_int, c_ptr
      character(kind=c_char), intent(in) :: path(*)
      type(c_ptr), value :: times
    end function
  end interface

contains

  !> Whether a checkpoint is wanted now. Ask after every step.
  logical function holdfast_due() result(due)
    due = variable('HOLDFAST_DIR') /= ''
    if (due) inquire (file=flag('due'), exist=due)
  end function

  !> The program begins to write its files. The flag's time is now, its new name says who has it.
  subroutine holdfast_begin()
    if (.not. holdfast_due()) return
    if (c_utime(flag('due')//c_null_char, c_null_ptr) == 0) &
      call holdfast_rename(flag('due'), flag('writing'))
  end subroutine

  !> All files of this checkpoint have been written and have their names.
  subroutine holdfast_end()
    if (variable('HOLDFAST_DIR') /= '') call holdfast_rename(flag('writing'), flag('written'))
  end subroutine

  !> The file to begin with; empty: begin at the beginning.
  function holdfast_restart() result(file)
    character(:), allocatable :: file
    file = variable('HOLDFAST_RESTART')
  end function

  !> 1 for the first start of this job, one more with every restart; 0 without holdfast run.
  integer function holdfast_attempt() result(attempt)
    integer :: status
    character(:), allocatable :: text
    text = variable('HOLDFAST_ATTEMPT')
    read (text, *, iostat=status) attempt
    if (status /= 0) attempt = 0
  end function

  !> Seconds of work between checkpoints planned at the start; 0: not known.
  double precision function holdfast_interval() result(seconds)
    integer :: status
    character(:), allocatable :: text
    text = variable('HOLDFAST_INTERVAL_S')
    read (text, *, iostat=status) seconds
    if (status /= 0) seconds = 0
  end function

  !> Gives a file its name in one step, replacing what has that name: never half a file.
  subroutine holdfast_rename(from, to, failed)
    character(*), intent(in) :: from, to
    logical, intent(out), optional :: failed
    logical :: error
    error = c_rename(from//c_null_char, to//c_null_char) /= 0
    if (present(failed)) failed = error
  end subroutine

  function flag(name) result(path)
    character(*), intent(in) :: name
    character(:), allocatable :: path
    path = variable('HOLDFAST_DIR')//'/'//name
  end function

  function variable(name) result(value)
    character(*), intent(in) :: name
    character(:), allocatable :: value
    integer :: length
    call get_environment_variable(name, length=length)
    allocate (character(length) :: value)
    if (length > 0) call get_environment_variable(name, value)
  end function
end module
