-- Names that Rust or SQL keeps for itself, or that are not in snake case.
CREATE TABLE `order` (
    `type` enum('match', '1st', 'UPPER CASE') NOT NULL DEFAULT 'match',
    `match` int NOT NULL,
    `order` int PRIMARY KEY,
    `ref` text,
    `self` text,
    `where` varchar(20) NOT NULL DEFAULT 'here'
);
CREATE TABLE `CustomerAccount` (
    `Id` int AUTO_INCREMENT PRIMARY KEY,
    `firstName` varchar(30) NOT NULL,
    `LastName` varchar(60),
    `HTTPStatus` int NOT NULL DEFAULT 200,
    `order` int NOT NULL,
    UNIQUE KEY `CustomerAccount_names` (`firstName`, `LastName`),
    FOREIGN KEY (`order`) REFERENCES `order` (`order`) ON DELETE CASCADE
);
CREATE TABLE `user` (
    id int AUTO_INCREMENT PRIMARY KEY,
    `accountId` int UNIQUE,
    `Parent_ID` int,
    line1 text,
    FOREIGN KEY (`accountId`) REFERENCES `CustomerAccount` (`Id`),
    FOREIGN KEY (`Parent_ID`) REFERENCES `user` (id)
);
CREATE TABLE `userRoles` (
    `userId` int NOT NULL,
    `orderId` int NOT NULL,
    PRIMARY KEY (`userId`, `orderId`),
    FOREIGN KEY (`userId`) REFERENCES `user` (id),
    FOREIGN KEY (`orderId`) REFERENCES `order` (`order`)
);
