"""What joins joblib and a cluster of Dask whose workers may be lost."""

from __future__ import annotations

from typing import Any

__all__ = ["ResilientClient"]


class ResilientClient:
    """A client of Dask that gives data again where a worker with them is lost.

    For ``joblib.parallel_config(backend="dask", client=...)``. joblib scatters what its
    tasks share, the rows above all, and Dask does not keep what was scattered: where
    the one worker that has it is killed, all tasks that need it are cancelled, and a
    search ends in an error. Here the scheduler keeps the data too, in a task that
    returns them, and does this again where it has to, as it does other tasks of lost
    workers.

    See :doc:`/scale`.

    Parameters
    ----------
    client : distributed.Client
        The client of the cluster, which does all that is not said here.

    Notes
    -----
    The scheduler needs memory for the data. Dask warns of a large graph where they have
    more than 10 MB: it is these. The scheduler itself must not be lost.

    Examples
    --------
    >>> import joblib
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.cluster import ResilientClient
    >>> from distributed import Client, LocalCluster  # doctest: +SKIP
    >>> client = Client(LocalCluster(n_workers=2))  # doctest: +SKIP
    >>> search = GridSearchCV(MLPClassifier(random_state=0), {"alpha": [0.01, 0.1]})
    >>> with joblib.parallel_config(
    ...     backend="dask", client=ResilientClient(client)
    ... ):  # doctest: +SKIP
    ...     search.fit(X, y)
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        if name == "client":  # it is not there yet, as in a copy
            raise AttributeError(name)
        return getattr(self.client, name)

    def scatter(self, data: Any, *, asynchronous: bool = False, **options: Any) -> Any:
        """Give data to the cluster.

        Parameters
        ----------
        data : object or list of objects
            The data.
        asynchronous : bool, default=False
            Whether to return an awaitable of the futures.
        **options : dict
            Others of `distributed.Client.scatter`, which say where the data go first:
            they have no meaning here.

        Returns
        -------
        futures : Future or list of Future
            One for each of the data.
        """
        several = isinstance(data, list | tuple)
        futures = [self._keep(one) for one in (data if several else [data])]
        found = futures if several else futures[0]
        return _ready(found) if asynchronous else found

    def _keep(self, data: Any) -> Any:
        return self.client.submit(_same, data, pure=False)


def _same(data: Any) -> Any:
    return data


async def _ready(value: Any) -> Any:
    return value
