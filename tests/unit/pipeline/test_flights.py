"""Waiting for whatever lands first."""

from __future__ import annotations

import asyncio

import pytest

from monitor.pipeline.flights import Flights


async def idle() -> None:
    await asyncio.Event().wait()


async def crash() -> None:
    raise RuntimeError("a wing fell off")


async def keeper_of() -> asyncio.Task[None]:
    return asyncio.create_task(idle())


async def test_a_landing_wakes_and_leaves_the_others_in_the_air() -> None:
    keeper, gate = await keeper_of(), asyncio.Event()

    async def fly() -> None:
        await gate.wait()

    flights, staying = Flights(keeper), asyncio.create_task(idle())
    flights.add(asyncio.create_task(fly()))
    flights.add(staying)
    gate.set()
    await flights.landing()
    assert list(flights) == [staying]
    staying.cancel()
    keeper.cancel()


async def test_a_landing_before_the_wait_is_not_missed_and_counts_once() -> None:
    keeper = await keeper_of()
    flights, landed = Flights(keeper), asyncio.create_task(asyncio.sleep(0))
    flights.add(landed)
    await landed
    await asyncio.sleep(0)
    await flights.landing()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await flights.landing()
    keeper.cancel()


async def test_nobody_waits_longer_than_asked() -> None:
    keeper, staying = await keeper_of(), asyncio.create_task(idle())
    flights = Flights(keeper)
    flights.add(staying)
    await flights.landing(0.001)
    assert len(flights) == 1
    staying.cancel()
    keeper.cancel()


async def test_what_a_flight_raises_is_raised_to_who_waits() -> None:
    keeper = await keeper_of()
    flights = Flights(keeper)
    flights.add(asyncio.create_task(crash()))
    with pytest.raises(RuntimeError, match="a wing fell off"):
        await flights.landing()
    assert len(flights) == 0
    keeper.cancel()


async def test_a_keeper_that_gives_up_ends_the_waiting() -> None:
    keeper, staying = asyncio.create_task(crash()), asyncio.create_task(idle())
    flights = Flights(keeper)
    flights.add(staying)
    await flights.landing()
    assert keeper.done()
    assert len(flights) == 1
    assert keeper.exception() is not None
    staying.cancel()
